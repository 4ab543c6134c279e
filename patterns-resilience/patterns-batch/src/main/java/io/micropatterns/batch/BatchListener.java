package io.micropatterns.batch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Is told what coalescers do. Called on their threads, so it should be quick; what it throws is logged. Thread-safe. */
public interface BatchListener {

    /** Listens to nothing. */
    static BatchListener none() {
        return new BatchListener() {};
    }

    /** Tells all of these in turn, each whether or not those before it fail. */
    static BatchListener all(Collection<? extends BatchListener> listeners) {
        return new AllListeners(List.copyOf(listeners));
    }

    /**
     * A batch has ended.
     *
     * @param coalescer the name
     * @param batch how it went
     */
    default void ended(String coalescer, BatchRun batch) {}

    /** An item was refused, for there was no room. */
    default void rejected(String coalescer) {}

    /** An item's time was over before it was begun. */
    default void overdue(String coalescer) {}

    /**
     * How a batch went.
     *
     * @param items how many were in it
     * @param weight what they weighed together
     * @param failed how many of them failed
     * @param longestWait from when its first item was submitted until it began
     * @param took from its beginning to its end, with all attempts, but without what submitters do when they are told
     * @param attempts 1, or more when it failed and was retried in parts
     */
    record BatchRun(int items, long weight, int failed, Duration longestWait, Duration took, int attempts) {}
}
