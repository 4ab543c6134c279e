package io.micropatterns.batch;

import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How an incomplete batch of a partition waits for more: until it is full by number or weight, closed, or out of time. No item
 * waits so for more than half of its own time, for the batch takes some too.
 */
final class Linger {

    private final long nanos;
    private final BatchLimit limit;
    private final Load load;
    // Counted here, for an item is inside before it is in the queue.
    private final AtomicInteger queuedItems = new AtomicInteger();
    private final AtomicLong queuedWeight = new AtomicLong();
    private volatile @Nullable Thread waiting;
    private volatile long until;

    Linger(BatchOptions options, BatchLimit limit, Load load) {
        this.nanos = options.linger().toNanos();
        this.limit = limit;
        this.load = load;
    }

    /** An item has joined the queue. */
    void joined(BatchItem<?, ?> item) {
        if (nanos > 0) {
            queuedItems.incrementAndGet();
            queuedWeight.addAndGet(item.weight());
            if (isFull() || item.lingersUntil(nanos) - until < 0) {
                end();
            }
        }
    }

    /** An item has left the queue. */
    void left(BatchItem<?, ?> item) {
        if (nanos > 0) {
            queuedItems.decrementAndGet();
            queuedWeight.addAndGet(-item.weight());
        }
    }

    /** Waits for what shall go with the first of these; called by one thread at a time. */
    void await(Queue<? extends BatchItem<?, ?>> queue) {
        BatchItem<?, ?> first = nanos == 0 ? null : queue.peek();
        if (first == null) {
            return;
        }
        waiting = Thread.currentThread();
        until = first.lingersUntil(nanos);
        long left = left(queue);
        while (left > 0
                && !isFull()
                && !load.isClosed()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, left);
            left = left(queue);
        }
        waiting = null;
    }

    /** The first to lose half of its time ends the wait for all. */
    private long left(Queue<? extends BatchItem<?, ?>> queue) {
        long earliest = until;
        for (BatchItem<?, ?> item : queue) {
            long own = item.lingersUntil(nanos);
            earliest = own - earliest < 0 ? own : earliest;
        }
        until = earliest;
        return earliest - System.nanoTime();
    }

    private boolean isFull() {
        return queuedItems.get() >= limit.items() || queuedWeight.get() >= limit.weight();
    }

    /** Lets the batch begin, or look again whether it should. */
    void end() {
        LockSupport.unpark(waiting);
    }
}
