package io.micropatterns.outbox;

import org.jspecify.annotations.Nullable;

/** The stream could not be reached or failed; publishing will be tried again. */
public class PublicationException extends OutboxException {

    private static final long serialVersionUID = 1L;

    /** With what happened and why. */
    public PublicationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
