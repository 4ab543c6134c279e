package io.micropatterns.core.inbox;

import org.jspecify.annotations.Nullable;

/** The root of every exception that the inbox throws. */
public class InboxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String consumer;

    /** A failure for this consumer. */
    public InboxException(String consumer, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.consumer = consumer;
    }

    /** The consumer's name. */
    public String consumer() {
        return consumer;
    }
}
