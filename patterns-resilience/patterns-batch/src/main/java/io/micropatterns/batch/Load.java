package io.micropatterns.batch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** How many items are inside, up to a bound, until nobody may enter any more. Whoever enters first, and only that, is told. */
final class Load {

    /** There is no room. */
    static final int FULL = -1;

    /** There never will be room. */
    static final int CLOSED = -2;

    private static final int CLOSED_BIT = Integer.MIN_VALUE;

    private final int capacity;
    private final AtomicInteger state = new AtomicInteger();
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger waiting = new AtomicInteger();

    Load(int capacity) {
        this.capacity = capacity;
    }

    int items() {
        return state.get() & ~CLOSED_BIT;
    }

    boolean isClosed() {
        return state.get() < 0;
    }

    /** Answers how many were inside before, {@link #FULL} or {@link #CLOSED}. */
    int enter() {
        int before;
        do {
            before = state.get();
            if (before < 0) {
                return CLOSED;
            }
            if (before >= capacity) {
                return FULL;
            }
        } while (!state.compareAndSet(before, before + 1));
        return before;
    }

    /** The same, waiting for room; {@link #FULL} when the time is over. */
    int enter(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        waiting.incrementAndGet();
        try {
            long left = nanos;
            int before = enter();
            while (before == FULL && left > 0) {
                left = changed.awaitNanos(left);
                before = enter();
            }
            return before;
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    /** Answers how many are left inside. */
    int leave(int items) {
        int left = state.addAndGet(-items) & ~CLOSED_BIT;
        if (waiting.get() > 0) {
            signal();
        }
        return left;
    }

    void close() {
        state.getAndUpdate(before -> before | CLOSED_BIT);
        signal();
    }

    /** Answers whether all have left before the time was over. */
    boolean awaitEmpty(long deadline) throws InterruptedException {
        lock.lockInterruptibly();
        waiting.incrementAndGet();
        try {
            long left = deadline - System.nanoTime();
            while (items() > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
            return items() == 0;
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
