package io.micropatterns.outbox;

import org.jspecify.annotations.Nullable;

/** The root of every exception that the outbox throws. The message says what to do. */
public class OutboxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** A failure with the message and, where there is one, its cause. */
    public OutboxException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
