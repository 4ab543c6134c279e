package io.micropatterns.outbox.cdc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Changes between the thread of an adapter that reads them and the one that asks for them: bounded by number and by bytes, at
 * the end of which waits the reason why there are no more. As much again may have been taken and not asked for. Thread-safe.
 */
public final class ChangeQueue {

    /** What an event takes besides its payload, roughly. */
    private static final int EVENT_BYTES = 500;

    private final int mostChanges;
    private final long mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private Queue<Change> changes = new ArrayDeque<>();
    private long bytes;
    private volatile boolean closed;
    private @Nullable ChangeStreamException end;
    /** What the asking thread has taken at once, and not asked for yet. */
    private Queue<Change> taken = new ArrayDeque<>();

    /**
     * An empty queue.
     *
     * @param mostChanges how many changes it may hold, and more by those of one call
     * @param mostBytes how many bytes they may have, likewise
     */
    public ChangeQueue(int mostChanges, long mostBytes) {
        this.mostChanges = mostChanges;
        this.mostBytes = mostBytes;
    }

    /**
     * Adds changes as soon as there is room for any. Once the queue has been closed, they are thrown away.
     *
     * @return {@code false} when there was no room in time, and nothing has been added
     */
    public boolean put(List<? extends Change> added, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = timeout.toNanos();
            while (isFull() && !closed && nanos > 0) {
                nanos = notFull.awaitNanos(nanos);
            }
            if (closed) {
                return true;
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
        return changes.size() >= mostChanges || bytes >= mostBytes;
    }

    private static long size(Change change) {
        return change instanceof Change.Event event
                ? EVENT_BYTES + event.event().payload().length
                : 0;
    }

    /** Says why no more changes come after those that are there. The first reason counts. */
    public void end(ChangeStreamException reason) {
        lock.lock();
        try {
            if (end == null) {
                end = reason;
            }
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Throws all away that is there, and what will come. */
    public void close(ChangeStreamException reason) {
        lock.lock();
        try {
            closed = true;
            changes.clear();
            end = reason;
            notFull.signal();
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next change, or {@code null} when none came in time; for one thread.
     *
     * @throws ChangeStreamException when there are no more
     */
    public @Nullable Change next(Duration timeout) throws InterruptedException {
        if (closed) {
            taken.clear();
        }
        Change change = taken.poll();
        if (change == null) {
            takeAll(timeout);
            change = taken.poll();
        }
        return change;
    }

    /** All that are there, for taking them one by one costs more than reading them. */
    private void takeAll(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = timeout.toNanos();
            while (changes.isEmpty() && end == null && nanos > 0) {
                nanos = notEmpty.awaitNanos(nanos);
            }
            if (changes.isEmpty() && end != null) {
                throw new ChangeStreamException(String.valueOf(end.getMessage()), end);
            }
            Queue<Change> empty = taken;
            taken = changes;
            changes = empty;
            bytes = 0;
            notFull.signal();
        } finally {
            lock.unlock();
        }
    }
}
