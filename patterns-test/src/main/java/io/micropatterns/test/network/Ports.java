package io.micropatterns.test.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds TCP ports for servers that are stopped and started again on the same port.
 */
public final class Ports {

    private static final int FIRST = 15_000;

    private static final int LAST = 32_000;

    private Ports() {}

    /**
     * Returns a port on the loopback address that nobody listens on right now. It lies below the range from which
     * operating systems take the local ports of outgoing connections, so that nobody gets it by chance while its
     * server is down. Another process may still take it on purpose before the caller does.
     *
     * @return a free port
     * @throws UncheckedIOException when none is found
     */
    public static int free() {
        for (int attempt = 0; attempt < 200; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (isFree(port)) {
                return port;
            }
        }
        throw new UncheckedIOException(new IOException("No free port found between " + FIRST + " and " + LAST));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // Without this, a port whose former connections linger in TIME_WAIT would look taken.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException ex) {
            return false;
        }
    }
}
