package io.micropatterns.batch;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** How an incomplete batch of a partition waits for more: until it is full by number or weight, closed, or out of time. */
final class Linger {

    private final long nanos;
    private final long maxWeight;
    private final BatchLimit limit;
    private final Load load;
    private final AtomicLong queuedWeight = new AtomicLong();
    private volatile @Nullable Thread waiting;

    Linger(BatchOptions options, BatchLimit limit, Load load) {
        this.nanos = options.linger().toNanos();
        this.maxWeight = options.maxWeight();
        this.limit = limit;
        this.load = load;
    }

    /** An item has joined the queue. */
    void joined(BatchItem<?, ?> item) {
        if (nanos > 0) {
            queuedWeight.addAndGet(item.weight());
            if (isFull()) {
                end();
            }
        }
    }

    /** An item has left the queue. */
    void left(BatchItem<?, ?> item) {
        if (nanos > 0) {
            queuedWeight.addAndGet(-item.weight());
        }
    }

    /** Waits for what shall go with this item, the first; called by one thread at a time. */
    void await(BatchItem<?, ?> first) {
        if (nanos == 0) {
            return;
        }
        waiting = Thread.currentThread();
        long until = first.submittedAt() + nanos;
        long left = until - System.nanoTime();
        while (left > 0
                && !isFull()
                && !load.isClosed()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, left);
            left = until - System.nanoTime();
        }
        waiting = null;
    }

    private boolean isFull() {
        return load.items() >= limit.items() || queuedWeight.get() >= maxWeight;
    }

    /** Lets the batch begin, or look again whether it should. */
    void end() {
        LockSupport.unpark(waiting);
    }
}
