package io.micropatterns.batch;

import java.util.concurrent.TimeUnit;

/**
 * The callers who waited for the batch before: they come back within moments, and to begin without them would make small
 * batches for ever. Who submits without waiting depends on no batch to go on. For one thread at a time.
 */
final class Returning {

    private static final long LONGEST = TimeUnit.MICROSECONDS.toNanos(200);

    private int callers;
    private long until;

    /** A batch of so many who waited has ended at this time, after so many nanoseconds. */
    void left(int waited, long took, long now) {
        callers = waited;
        until = now + Math.min(took / 4, LONGEST);
    }

    /** How many of them may still be on their way at this time; none when nobody is worth waiting for. */
    int expected(long now) {
        return callers > 1 && now - until < 0 ? callers : 0;
    }

    /** Waits for as many of them as a batch may have. */
    @SuppressWarnings("ThreadPriorityCheck") // parking would take longer than the callers do
    void await(Load load, BatchLimit limit) {
        if (callers < 2) {
            return;
        }
        while (load.items() < Math.min(expected(System.nanoTime()), limit.items())) {
            Thread.yield();
        }
    }
}
