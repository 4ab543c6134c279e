package io.micropatterns.escrow;

/** The escrow is closed, and what was asked of it was not done. */
public final class EscrowClosedException extends EscrowException {

    private static final long serialVersionUID = 1L;

    EscrowClosedException(Throwable cause) {
        super("The escrow is closed; nothing was done", cause);
    }
}
