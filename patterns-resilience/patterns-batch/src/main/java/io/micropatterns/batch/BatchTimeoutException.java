package io.micropatterns.batch;

import java.time.Duration;

/** The item's time is over. */
public final class BatchTimeoutException extends BatchException {

    private static final long serialVersionUID = 1L;

    private final boolean begun;

    BatchTimeoutException(String coalescer, Duration timeout, boolean begun) {
        super(
                coalescer,
                begun
                        ? "the item's batch has not ended within " + timeout + "; whether it will be done is not known"
                        : "the item was not begun within " + timeout + ", and will not be done",
                null);
        this.begun = begun;
    }

    /** Whether it may have been done, or may still be; if not, it never will be. */
    public boolean begun() {
        return begun;
    }
}
