package io.micropatterns.outbox.debezium;

import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands changes from the engine's thread to the stream's reader, batch by batch, bounded in count and in bytes. One batch
 * is always let in, however large.
 */
final class ChangeQueue {

    private record Batch(List<Change> changes, long bytes) {}

    private final int maxChanges;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private final Deque<Batch> batches = new ArrayDeque<>();
    private int changes;
    private long bytes;
    private volatile boolean closed;
    private @Nullable ChangeStreamException failure;

    // The reader's alone: what it has taken and not handed out yet.
    private Iterator<Change> taken = Collections.emptyIterator();

    ChangeQueue(int maxChanges, long maxBytes) {
        this.maxChanges = maxChanges;
        this.maxBytes = maxBytes;
    }

    /** Waits for room. Once the queue is closed, what is put into it is thrown away. */
    void put(List<Change> batch, long size) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && !batches.isEmpty() && (changes + batch.size() > maxChanges || bytes + size > maxBytes)) {
                notFull.await();
            }
            if (!closed) {
                batches.add(new Batch(batch, size));
                changes += batch.size();
                bytes += size;
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the queue: when the reader has taken what is in it, it is told why. The first failure counts. */
    void fail(ChangeStreamException cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Empties the queue and ends all waiting. */
    void close(ChangeStreamException cause) {
        lock.lock();
        try {
            closed = true;
            batches.clear();
            failure = cause;
            notEmpty.signal();
            notFull.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The reader: the next change, or {@code null} when none came in time; throws when the queue has ended. */
    @Nullable
    Change take(long nanos) throws InterruptedException {
        if (closed || !taken.hasNext()) {
            Batch batch = takeBatch(nanos);
            if (batch == null) {
                return null;
            }
            taken = batch.changes().iterator();
        }
        return taken.next();
    }

    private @Nullable Batch takeBatch(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (batches.isEmpty()) {
                if (failure != null) {
                    throw new ChangeStreamException(String.valueOf(failure.getMessage()), failure);
                }
                if (left <= 0) {
                    return null;
                }
                left = notEmpty.awaitNanos(left);
            }
            Batch batch = batches.remove();
            changes -= batch.changes().size();
            bytes -= batch.bytes();
            notFull.signal();
            return batch;
        } finally {
            lock.unlock();
        }
    }
}
