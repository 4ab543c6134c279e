package io.micropatterns.outbox.cdc;

import io.micropatterns.outbox.OutboxException;
import org.jspecify.annotations.Nullable;

/** The database's log could not be streamed; streaming will be tried again. */
public class ChangeStreamException extends OutboxException {

    private static final long serialVersionUID = 1L;

    /** With what happened and why. */
    public ChangeStreamException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
