package io.micropatterns.escrow;

import java.time.Duration;

/** There are more requests than can be worked off; nothing was reserved. */
public final class EscrowOverloadedException extends EscrowException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    EscrowOverloadedException(Duration retryAfter, Throwable cause) {
        super("Too many requests wait; try again in " + retryAfter.toMillis() + " ms", cause);
        this.retryAfter = retryAfter;
    }

    /** When to try again; at least 1 ms. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
