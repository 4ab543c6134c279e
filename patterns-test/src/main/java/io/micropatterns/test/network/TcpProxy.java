package io.micropatterns.test.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Forwards TCP connections from a port of its own to a target, and does to them what bad networks do.
 *
 * <p>A client whose server tells it where to connect, as Kafka does, goes around the proxy unless the server is told to
 * advertise the proxy's port.
 *
 * <p>Safe for use by several threads. Faults apply to connections that are open and to those that come.
 */
public final class TcpProxy implements AutoCloseable {

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private final InetSocketAddress target;

    private final int port;

    private final TcpFaults faults = new TcpFaults();

    private final Set<TcpConnection> connections = ConcurrentHashMap.newKeySet();

    private @Nullable ServerSocket listener;

    private @Nullable Thread acceptor;

    private TcpProxy(InetSocketAddress target, int port) {
        this.target = target;
        this.port = port;
        listen();
    }

    /**
     * Starts a proxy on a free port of the loopback address. The target is connected to only when a client comes.
     *
     * @param host the target's host
     * @param port the target's port
     * @return the running proxy
     * @throws UncheckedIOException when it cannot listen
     */
    public static TcpProxy to(String host, int port) {
        return new TcpProxy(InetSocketAddress.createUnresolved(host, port), Ports.free());
    }

    /**
     * Returns the port that clients connect to, on 127.0.0.1. It stays the same for the proxy's life.
     *
     * @return the port
     */
    public int port() {
        return port;
    }

    /**
     * Returns the number of open connections.
     *
     * @return how many
     */
    public int connections() {
        return connections.size();
    }

    /**
     * Resets all connections and refuses new ones, until {@link #restore()}.
     */
    public synchronized void cut() {
        stopListening();
        resetConnections();
    }

    /**
     * Forwards nothing in either direction, until {@link #restore()}: connections stay open and new ones are accepted,
     * but nobody gets an answer. What was sent meanwhile arrives later.
     */
    public void halt() {
        faults.halt();
    }

    /**
     * Ends the target's side of all connections and leaves the clients' open: whatever they send goes nowhere, and they
     * are never told, as when a firewall forgets a connection. New connections pass. Not undone by {@link #restore()}.
     */
    public void forget() {
        connections.forEach(TcpConnection::forget);
    }

    /**
     * Delays everything in each direction, so that an answer takes twice as long. The order is kept, and up to some
     * megabytes are on their way at a time.
     *
     * @param delay the time from receiving to forwarding
     * @throws IllegalArgumentException when the delay is negative
     */
    public void delay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative, but is " + delay);
        }
        faults.delay(delay);
    }

    /**
     * Ends the connection on which clients send the byte after the given number, counted from now and over all
     * connections. The bytes up to there reach the target, then its connection ends; the client's is reset. Happens
     * once; other connections are not touched.
     *
     * @param bytes how many bytes still pass, 0 to cut at the next one
     * @throws IllegalArgumentException when the number is negative
     */
    public void cutAfterBytes(long bytes) {
        faults.cutRequestsAfter(checked(bytes));
    }

    /**
     * Ends the connection on which the target answers the byte after the given number. With 0, the target does what the
     * next request says, and its client never learns. Otherwise like {@link #cutAfterBytes(long)}.
     *
     * @param bytes how many bytes still pass
     * @throws IllegalArgumentException when the number is negative
     */
    public void cutAfterAnswerBytes(long bytes) {
        faults.cutAnswersAfter(checked(bytes));
    }

    /**
     * Ends all faults: new connections are accepted, and everything passes without delay.
     *
     * @throws UncheckedIOException when the proxy's port has been taken by somebody else
     */
    public synchronized void restore() {
        faults.clear();
        if (listener == null) {
            listen();
        }
    }

    /**
     * Resets all connections and gives the port back. Closing twice is allowed.
     */
    @Override
    public synchronized void close() {
        cut();
        faults.clear();
    }

    @Override
    public String toString() {
        return "TcpProxy[127.0.0.1:" + port + " -> " + target + "]";
    }

    private static long checked(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative, but is " + bytes);
        }
        return bytes;
    }

    private void listen() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            listener = socket;
            acceptor = startDaemon(() -> accept(socket), "tcp-proxy-" + port);
        } catch (IOException ex) {
            throw new UncheckedIOException(this + " cannot listen", ex);
        }
    }

    private void stopListening() {
        ServerSocket socket = listener;
        listener = null;
        if (socket != null) {
            try {
                socket.close();
                awaitAcceptor();
            } catch (IOException ex) {
                throw new UncheckedIOException(this + " cannot stop listening", ex);
            }
        }
    }

    /** The system keeps the port until the call that accepts connections has returned. */
    private void awaitAcceptor() {
        Thread thread = acceptor;
        acceptor = null;
        if (thread != null) {
            try {
                thread.join(CONNECT_TIMEOUT_MILLIS);
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                startDaemon(() -> connect(socket, client), "tcp-proxy-" + port + "-connect");
            } catch (IOException ex) {
                // Closed by cut().
            }
        }
    }

    private void connect(ServerSocket acceptedBy, Socket client) {
        Socket server = new Socket();
        TcpConnection connection = new TcpConnection(client, server, faults, connections::remove);
        try {
            server.connect(new InetSocketAddress(target.getHostString(), target.getPort()), CONNECT_TIMEOUT_MILLIS);
            synchronized (this) {
                // A connection accepted just before a cut belongs to those that are cut.
                if (acceptedBy == listener) {
                    connections.add(connection);
                    connection.start();
                    return;
                }
            }
            connection.reset();
        } catch (IOException ex) {
            // The target does not answer, so neither does the proxy.
            connection.reset();
        }
    }

    private void resetConnections() {
        connections.forEach(TcpConnection::reset);
    }

    static Thread startDaemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
