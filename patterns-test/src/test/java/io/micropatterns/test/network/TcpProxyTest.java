package io.micropatterns.test.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    private ServerSocket server;

    private Thread echo;

    private TcpProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        echo = new Thread(this::echo, "echo");
        echo.setDaemon(true);
        echo.start();
        proxy = TcpProxy.to("127.0.0.1", server.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        proxy.close();
        server.close();
    }

    @Test
    void forwardsMuchDataInBothDirections() throws Exception {
        byte[] data = new byte[3_000_000];
        new Random(1).nextBytes(data);
        try (Socket socket = connect()) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    socket.getOutputStream().write(data);
                    socket.shutdownOutput();
                } catch (IOException ex) {
                    throw new IllegalStateException(ex);
                }
            });
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(data);
            sending.get();
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> proxy.connections() == 0);
    }

    @Test
    void cutResetsAndRefusesUntilRestored() throws IOException {
        try (Socket socket = connect()) {
            exchange(socket, 1);
            proxy.cut();
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.getInputStream().read())
                    .withMessageContaining("reset");
        }
        assertThat(proxy.connections()).isZero();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> exchange(connect(), 1));
        int port = proxy.port();
        proxy.restore();
        assertThat(proxy.port()).isEqualTo(port);
        try (Socket socket = connect()) {
            exchange(socket, 2);
        }
    }

    @Test
    void haltKeepsConnectionsAndForwardsLater() throws IOException {
        try (Socket open = connect()) {
            exchange(open, 1);
            proxy.halt();
            try (Socket accepted = connect()) {
                open.getOutputStream().write(2);
                accepted.getOutputStream().write(3);
                open.setSoTimeout(300);
                assertThatExceptionOfType(SocketTimeoutException.class)
                        .isThrownBy(() -> open.getInputStream().read());
                proxy.restore();
                open.setSoTimeout(30_000);
                accepted.setSoTimeout(30_000);
                assertThat(open.getInputStream().read()).isEqualTo(2);
                assertThat(accepted.getInputStream().read()).isEqualTo(3);
            }
        }
    }

    @Test
    void forgottenConnectionsStaySilentForEverWhileNewOnesPass() throws IOException {
        try (Socket forgotten = connect()) {
            exchange(forgotten, 1);
            proxy.forget();
            forgotten.getOutputStream().write(2);
            forgotten.setSoTimeout(300);
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> forgotten.getInputStream().read());
            proxy.restore();
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> forgotten.getInputStream().read());
            try (Socket fresh = connect()) {
                exchange(fresh, 3);
            }
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> proxy.connections() == 0);
    }

    @Test
    void delaysInEachDirection() throws IOException {
        try (Socket socket = connect()) {
            exchange(socket, 1);
            proxy.delay(Duration.ofMillis(150));
            long start = System.nanoTime();
            exchange(socket, 2);
            // The least time follows from the delay; nothing is said about the most.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void cutsInTheMiddleOfWhatAClientSends() throws Exception {
        try (Socket socket = connect();
                Socket other = connect()) {
            exchange(other, 1);
            exchange(socket, 1);
            synchronized (received) {
                received.reset();
            }
            proxy.cutAfterBytes(1000);
            socket.getOutputStream().write(new byte[700]);
            assertThat(socket.getInputStream().readNBytes(700)).hasSize(700);
            socket.getOutputStream().write(new byte[700]);
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.getInputStream().readAllBytes());
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(receivedBytes()).isEqualTo(1000));
            exchange(other, 2);
            try (Socket next = connect()) {
                exchange(next, 3);
            }
        }
    }

    @Test
    void cutsBeforeTheAnswer() throws IOException {
        try (Socket socket = connect()) {
            proxy.cutAfterAnswerBytes(0);
            socket.getOutputStream().write(new byte[100]);
            assertThat(readUntilEnd(socket)).isZero();
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(receivedBytes()).isEqualTo(100));
        }
    }

    @Test
    void doesNotAcceptWhenTheTargetIsDown() throws Exception {
        server.close();
        echo.join();
        try (Socket socket = connect()) {
            assertThat(readUntilEnd(socket)).isZero();
        }
    }

    @Test
    void takesConnectionsAgainHoweverSoonAfterACut() throws IOException {
        for (int cut = 0; cut < 200; cut++) {
            proxy.cut();
            proxy.restore();
        }
        try (Socket socket = connect()) {
            exchange(socket, 7);
        }
    }

    @Test
    void namesAWrongValue() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> proxy.delay(Duration.ofMillis(-1)))
                .withMessageContaining("PT-0.001S");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> proxy.cutAfterBytes(-1))
                .withMessageContaining("-1");
    }

    private int receivedBytes() {
        synchronized (received) {
            return received.size();
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
        return socket;
    }

    private static void exchange(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        assertThat(socket.getInputStream().read()).isEqualTo(value);
    }

    private static int readUntilEnd(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes().length;
        } catch (SocketException ex) {
            return 0;
        }
    }

    private void echo() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread client = new Thread(() -> echo(socket), "echo-" + socket.getPort());
                client.setDaemon(true);
                client.start();
            } catch (IOException ex) {
                // Closed.
            }
        }
    }

    private void echo(Socket socket) {
        try (socket;
                InputStream in = socket.getInputStream()) {
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (received) {
                    received.write(buffer, 0, count);
                }
                socket.getOutputStream().write(buffer, 0, count);
            }
        } catch (IOException ex) {
            // The proxy has cut the connection.
        }
    }
}
