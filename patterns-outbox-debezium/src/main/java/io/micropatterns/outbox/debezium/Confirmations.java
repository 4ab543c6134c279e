package io.micropatterns.outbox.debezium;

import io.debezium.engine.DebeziumEngine.Offsets;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.spi.OffsetCommitPolicy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Lets the engine flush what was confirmed, and nothing else: no record is marked as processed but by this class.
 *
 * <p>The engine asks this policy after each batch and, when idle, after each {@code poll.interval.ms}, on its polling
 * thread: where records are to be marked, and the only place that is also passed while no records come. What is marked
 * there goes to the server before the next batch is read.
 */
final class Confirmations implements OffsetCommitPolicy {

    /** Debezium drops a flush, with a line in its log, that comes before it has noted that streaming has begun. */
    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong confirmed = new AtomicLong();
    private volatile boolean closed;

    // The polling thread's alone.
    private @Nullable RecordCommitter<RecordChangeEvent<SourceRecord>> committer;
    private @Nullable RecordChangeEvent<SourceRecord> any;
    private long flushed;
    private long flushedAt;

    /** Any thread: up to here. */
    void confirm(long lsn) {
        confirmed.accumulateAndGet(lsn, Math::max);
    }

    /** Any thread: no further than what has been confirmed until now. */
    void close() {
        closed = true;
    }

    /** The polling thread: by whom to mark, and a record of the partition. */
    void by(RecordCommitter<RecordChangeEvent<SourceRecord>> by, RecordChangeEvent<SourceRecord> record) {
        this.committer = by;
        if (any == null) {
            this.any = record;
        }
    }

    @Override
    public boolean performCommit(long records, Duration sinceLast) {
        long lsn = confirmed.get();
        RecordCommitter<RecordChangeEvent<SourceRecord>> by = committer;
        RecordChangeEvent<SourceRecord> record = any;
        if (closed || lsn == 0 || by == null || record == null) {
            return false;
        }
        if (lsn == flushed && System.nanoTime() - flushedAt < REPEAT_NANOS) {
            return false;
        }
        try {
            // The offset is made of this position alone, since a record's own may be ahead of what was confirmed.
            Offsets offset = by.buildOffsets();
            offset.set("lsn", lsn);
            offset.set("lsn_proc", lsn);
            offset.set("lsn_commit", lsn);
            by.markProcessed(record, offset);
            flushed = lsn;
            flushedAt = System.nanoTime();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
