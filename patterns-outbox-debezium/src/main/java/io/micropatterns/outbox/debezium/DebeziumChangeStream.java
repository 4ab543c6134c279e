package io.micropatterns.outbox.debezium;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeQueue;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream from one engine, which runs on a thread of its own until the stream is closed or the engine fails. */
final class DebeziumChangeStream implements ChangeStream {

    private static final Logger log = LoggerFactory.getLogger(DebeziumChangeStream.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);
    private static final Duration CLOSE_PAUSE = Duration.ofMillis(20);
    private static final Duration ROOM = Duration.ofSeconds(10);

    private final ReplicationSlot slot;
    private final Confirmations confirmations = new Confirmations();
    private final ChangeDecoder decoder;
    private final ChangeQueue queue;
    private final Thread thread;
    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private final AtomicBoolean closed = new AtomicBoolean();

    DebeziumChangeStream(ReplicationSlot slot, Properties properties) {
        this.slot = slot;
        this.decoder = new ChangeDecoder(slot);
        this.queue = new ChangeQueue(
                Integer.parseInt(properties.getProperty("max.batch.size")),
                Long.parseLong(properties.getProperty("max.queue.size.in.bytes")));
        this.engine = withLibraryClassLoader(() -> engine(properties));
        this.thread = new Thread(() -> withLibraryClassLoader(() -> {
            engine.run();
            return this;
        }));
        thread.setName("outbox-debezium-" + slot.name());
        thread.setDaemon(true);
    }

    private DebeziumEngine<RecordChangeEvent<SourceRecord>> engine(Properties properties) {
        try {
            return DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                    .using(properties)
                    .using(DebeziumChangeStream.class.getClassLoader())
                    .using(confirmations)
                    .using(this::ended)
                    .notifying(this::hand)
                    .build();
        } catch (RuntimeException e) {
            throw new ChangeStreamException("Debezium's engine cannot be made: " + e.getMessage(), e);
        }
    }

    void start() {
        thread.start();
    }

    private void hand(
            List<RecordChangeEvent<SourceRecord>> records, RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        List<Change> changes = new ArrayList<>(records.size());
        try {
            for (RecordChangeEvent<SourceRecord> record : records) {
                Change change = decoder.decode(record.record());
                if (change != null) {
                    changes.add(change);
                }
            }
        } catch (ChangeStreamException e) {
            put(changes);
            queue.end(e);
            throw e;
        }
        if (!changes.isEmpty()) {
            put(changes);
        }
        if (!records.isEmpty()) {
            confirmations.by(committer, records.get(0));
            committer.markBatchFinished();
        }
    }

    private void put(List<Change> changes) throws InterruptedException {
        boolean room = false;
        while (!room) {
            room = queue.put(changes, ROOM);
        }
    }

    private void ended(boolean success, @Nullable String message, @Nullable Throwable error) {
        Throwable root = error;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        String why = root == null || root.getMessage() == null ? message : root.getMessage();
        queue.end(new ChangeStreamException(
                "Debezium has stopped streaming from replication slot '" + slot.name() + "': " + why, error));
    }

    @Override
    public @Nullable Change next(Duration timeout) throws InterruptedException {
        return queue.next(timeout);
    }

    @Override
    public void confirm(long lsn) {
        confirmations.confirm(lsn);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        confirmations.close();
        queue.close(
                new ChangeStreamException("The stream from replication slot '" + slot.name() + "' is closed", null));
        // The engine may wait for the database, which may be silent: that is not the caller's time.
        Thread closer = new Thread(this::closeEngine, thread.getName() + "-close");
        closer.setDaemon(true);
        closer.start();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
            if (thread.isAlive()) {
                log.warn(
                        "Debezium's engine on replication slot '{}' has not stopped within {}",
                        slot.name(),
                        CLOSE_TIMEOUT);
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeEngine() {
        while (thread.isAlive()) {
            try {
                engine.close();
                return;
            } catch (IllegalStateException e) {
                // While it starts it cannot be closed.
                try {
                    thread.join(CLOSE_PAUSE.toMillis());
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            } catch (IOException | RuntimeException e) {
                log.warn("Debezium's engine on replication slot '{}' cannot be stopped", slot.name(), e);
                return;
            }
        }
    }

    /** Debezium finds its parts by the thread's class loader, which on a relay's thread may be any. */
    private static <T> T withLibraryClassLoader(Supplier<T> call) {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        current.setContextClassLoader(DebeziumChangeStream.class.getClassLoader());
        try {
            return call.get();
        } finally {
            current.setContextClassLoader(before);
        }
    }
}
