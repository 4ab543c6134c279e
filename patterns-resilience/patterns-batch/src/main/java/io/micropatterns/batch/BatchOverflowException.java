package io.micropatterns.batch;

import java.time.Duration;

/** There is no room for the item, which has not been taken: nothing will be done with it. */
public final class BatchOverflowException extends BatchException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    BatchOverflowException(String coalescer, int capacity, Duration retryAfter) {
        super(coalescer, "all " + capacity + " places are taken; try again in " + retryAfter.toMillis() + " ms", null);
        this.retryAfter = retryAfter;
    }

    /** By when those before it will have been worked off, as it went lately; at least 1 ms. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
