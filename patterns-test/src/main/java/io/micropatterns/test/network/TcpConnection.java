package io.micropatterns.test.network;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A client's connection and the one to the target. For each direction one thread reads and another one writes, so that
 * a delay does not limit the rate.
 */
final class TcpConnection {

    private static final int CHUNK_BYTES = 16 * 1024;

    private static final int CHUNKS_ON_THEIR_WAY = 256;

    private static final byte[] END = new byte[0];

    private final Socket client;

    private final Socket server;

    private final TcpFaults faults;

    private final Consumer<TcpConnection> onClose;

    private final AtomicBoolean closed = new AtomicBoolean();

    private final AtomicInteger openDirections = new AtomicInteger(2);

    private volatile boolean forgotten;

    TcpConnection(Socket client, Socket server, TcpFaults faults, Consumer<TcpConnection> onClose) {
        this.client = client;
        this.server = server;
        this.faults = faults;
        this.onClose = onClose;
    }

    void start() {
        forward(client, server, true);
        forward(server, client, false);
    }

    /**
     * Ends both connections with a reset, as opposed to an orderly end.
     */
    void reset() {
        if (closed.compareAndSet(false, true)) {
            abort(client);
            abort(server);
            onClose.accept(this);
        }
    }

    /**
     * Ends the target's connection only. What the client sends goes nowhere, and it hears nothing any more.
     */
    void forget() {
        forgotten = true;
        abort(server);
    }

    private void forward(Socket from, Socket to, boolean request) {
        BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(CHUNKS_ON_THEIR_WAY);
        String name = "tcp-proxy-" + client.getLocalPort() + (request ? "-request" : "-answer");
        TcpProxy.startDaemon(() -> run(() -> read(from, chunks), from), name + "-reader");
        TcpProxy.startDaemon(() -> run(() -> write(chunks, to, request), to), name + "-writer");
    }

    private void read(Socket from, BlockingQueue<Chunk> chunks) throws IOException, InterruptedException {
        byte[] buffer = new byte[CHUNK_BYTES];
        InputStream in = from.getInputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            put(chunks, Arrays.copyOf(buffer, count));
        }
        if (forgotten) {
            reset();
        }
        put(chunks, END);
    }

    private void put(BlockingQueue<Chunk> chunks, byte[] bytes) throws InterruptedException {
        Chunk chunk = new Chunk(bytes, System.nanoTime() + faults.delay().toNanos());
        while (!chunks.offer(chunk, 1, TimeUnit.SECONDS)) {
            if (closed.get()) {
                return;
            }
        }
    }

    private void write(BlockingQueue<Chunk> chunks, Socket to, boolean request)
            throws IOException, InterruptedException {
        while (!closed.get()) {
            Chunk chunk = chunks.poll(1, TimeUnit.SECONDS);
            if (chunk == null) {
                continue;
            }
            TimeUnit.NANOSECONDS.sleep(chunk.due - System.nanoTime());
            faults.awaitPassage();
            if (forgotten) {
                return;
            }
            byte[] bytes = chunk.bytes;
            if (bytes.length == 0) {
                to.shutdownOutput();
                closeAfterBothDirections();
                return;
            }
            int passing = faults.pass(request, bytes.length);
            to.getOutputStream().write(bytes, 0, passing);
            if (passing < bytes.length) {
                cutBehind(to);
            }
        }
    }

    /**
     * Resets the side that has sent too much. The other side's connection ends in order, because a reset would make it
     * lose the bytes that have passed but that it has not read yet.
     */
    private void cutBehind(Socket receiver) throws IOException {
        if (closed.compareAndSet(false, true)) {
            abort(receiver == client ? server : client);
            receiver.close();
            onClose.accept(this);
        }
    }

    private void closeAfterBothDirections() throws IOException {
        if (openDirections.decrementAndGet() == 0 && closed.compareAndSet(false, true)) {
            client.close();
            server.close();
            onClose.accept(this);
        }
    }

    private void run(Work work, Socket end) {
        try {
            work.run();
        } catch (IOException ex) {
            if (!forgotten || end == client) {
                reset();
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            reset();
        }
    }

    private static void abort(Socket socket) {
        try {
            // Closing with a linger time of zero sends a reset.
            socket.setSoLinger(true, 0);
        } catch (IOException ex) {
            // Already closed; close it all the same.
        }
        try {
            socket.close();
        } catch (IOException ex) {
            // Nothing is left to be closed.
        }
    }

    private static final class Chunk {

        private final byte[] bytes;

        private final long due;

        Chunk(byte[] bytes, long due) {
            this.bytes = bytes;
            this.due = due;
        }
    }

    @FunctionalInterface
    private interface Work {

        void run() throws IOException, InterruptedException;
    }
}
