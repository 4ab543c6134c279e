package io.micropatterns.escrow;

import org.jspecify.annotations.Nullable;

/** What was asked of the escrow has not been done; the root of this module's exceptions. */
public class EscrowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the ids in the message. */
    public EscrowException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Without a stack, for outcomes that are frequent and found on a thread of the library. */
    EscrowException(String message) {
        super(message, null, false, false);
    }
}
