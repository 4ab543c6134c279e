package io.micropatterns.outbox.wal;

import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeQueue;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A replication connection and the thread that reads it, ahead of whoever asks for changes. */
final class WalChangeStream implements ChangeStream {

    private static final Logger log = LoggerFactory.getLogger(WalChangeStream.class);
    private static final Duration STATUS = Duration.ofMillis(500);
    private static final int MOST_CHANGES = 20_000;
    private static final long MOST_BYTES = 32_000_000;
    private static final int IDLE_READS = 200;
    private static final int LONGEST_REST_MILLIS = 5;

    private final Connection connection;
    private final PGReplicationStream stream;
    private final PgOutputDecoder decoder;
    private final String slot;
    private final ChangeQueue queue = new ChangeQueue(MOST_CHANGES, MOST_BYTES);
    private int emptyReads;
    private volatile long confirmed;
    private long told;
    private long toldAt = System.nanoTime();
    private volatile boolean closed;

    WalChangeStream(Connection connection, PGReplicationStream stream, PgOutputDecoder decoder, String slot) {
        this.connection = connection;
        this.stream = stream;
        this.decoder = decoder;
        this.slot = slot;
    }

    /** Until the connection ends; the reader's thread. */
    void read() {
        try {
            while (!closed) {
                // Waits for a millisecond. Its blocking brother gives the connection up at the first timeout.
                ByteBuffer message = stream.readPending();
                if (message == null) {
                    rest();
                } else {
                    emptyReads = 0;
                    Change change =
                            decoder.decode(message, stream.getLastReceiveLSN().asLong());
                    if (change != null) {
                        put(change);
                    }
                }
                tellConfirmed();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            queue.end(new ChangeStreamException("The stream of slot '" + slot + "' was interrupted", e));
        } catch (SQLException | RuntimeException | Error e) {
            // Of whatever kind: whoever waits for changes must hear of it.
            queue.end(new ChangeStreamException("The stream of slot '" + slot + "' has ended: " + e.getMessage(), e));
        } finally {
            abort(connection);
        }
    }

    /** The longer nothing has come, the less often it looks. */
    private void rest() throws InterruptedException, SQLException {
        if (stream.isClosed()) {
            throw new SQLException("the database has closed it");
        }
        emptyReads++;
        if (emptyReads > IDLE_READS) {
            TimeUnit.MILLISECONDS.sleep(Math.min(LONGEST_REST_MILLIS, emptyReads / IDLE_READS));
        }
    }

    private void tellConfirmed() throws SQLException {
        long now = System.nanoTime();
        if (confirmed != told && now - toldAt >= STATUS.toNanos()) {
            told = confirmed;
            toldAt = now;
            LogSequenceNumber position = LogSequenceNumber.valueOf(told);
            stream.setAppliedLSN(position);
            stream.setFlushedLSN(position);
            stream.forceUpdateStatus();
        }
    }

    /** The server takes a client for dead that says nothing while its changes wait. */
    private void put(Change change) throws InterruptedException, SQLException {
        while (!queue.put(List.of(change), STATUS)) {
            stream.forceUpdateStatus();
        }
    }

    @Override
    public @Nullable Change next(Duration timeout) throws InterruptedException {
        return queue.next(timeout);
    }

    @Override
    public void confirm(long lsn) {
        confirmed = lsn;
    }

    @Override
    public void close() {
        closed = true;
        queue.close(new ChangeStreamException("The stream of slot '" + slot + "' has been closed", null));
        abort(connection);
    }

    /** Ends it without a last word to the server, which would wait for one from there. */
    static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            log.debug("Aborting a replication connection failed", e);
        }
    }
}
