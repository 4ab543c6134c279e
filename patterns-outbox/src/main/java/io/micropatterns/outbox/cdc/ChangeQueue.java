package io.micropatterns.outbox.cdc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Changes between the thread of an adapter that reads them and the one that asks for them: bounded by number and by the bytes
 * of payloads, at the end of which waits the reason why there are no more. Thread-safe.
 */
public final class ChangeQueue {

    private static final int MOST = 20_000;
    private static final long MOST_BYTES = 32_000_000;
    /** Room for one alone would wake the reader for each. */
    private static final int ROOM = MOST - MOST / 8;

    private static final long ROOM_BYTES = MOST_BYTES - MOST_BYTES / 8;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private final Queue<Change> changes = new ArrayDeque<>();
    private long bytes;
    private boolean closed;
    private @Nullable ChangeStreamException end;

    /**
     * Adds changes once there is room for any; so it may hold more than its bounds by those of one call.
     *
     * @return {@code false} when there was no room in time, and nothing has been added
     * @throws InterruptedException when the thread is interrupted, or the queue has been closed
     */
    public boolean put(List<? extends Change> added, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = timeout.toNanos();
            while (isFull() && !closed && nanos > 0) {
                nanos = notFull.awaitNanos(nanos);
            }
            if (closed) {
                throw new InterruptedException("closed");
            }
            if (isFull()) {
                return false;
            }
            boolean wasEmpty = changes.isEmpty();
            for (Change change : added) {
                changes.add(change);
                bytes += size(change);
            }
            if (wasEmpty) {
                notEmpty.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() {
        return changes.size() >= MOST || bytes >= MOST_BYTES;
    }

    private static long size(Change change) {
        return change instanceof Change.Event event ? event.event().payload().length : 0;
    }

    /** Says why no more changes come. The first reason counts. */
    public void end(ChangeStreamException reason) {
        lock.lock();
        try {
            if (end == null) {
                end = reason;
            }
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Turns away whoever puts. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (end == null) {
                end = new ChangeStreamException("The stream has been closed", null);
            }
            notFull.signalAll();
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next change, or {@code null} when none came in time.
     *
     * @throws ChangeStreamException when there are no more
     */
    public @Nullable Change next(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = timeout.toNanos();
            while (changes.isEmpty() && end == null && nanos > 0) {
                nanos = notEmpty.awaitNanos(nanos);
            }
            Change change = changes.poll();
            if (change == null) {
                if (end != null) {
                    throw new ChangeStreamException(String.valueOf(end.getMessage()), end);
                }
                return null;
            }
            bytes -= size(change);
            if (changes.size() <= ROOM && bytes <= ROOM_BYTES) {
                notFull.signal();
            }
            return change;
        } finally {
            lock.unlock();
        }
    }
}
