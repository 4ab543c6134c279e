package io.micropatterns.outbox;

/** An event was published outside a transaction, where "delivered if and only if committed" would mean nothing. */
public final class NoTransactionException extends OutboxException {

    private static final long serialVersionUID = 1L;

    private final String eventType;

    /** For an event of this type. */
    public NoTransactionException(String eventType) {
        super(
                "Event '" + eventType
                        + "' was published outside a transaction, so it could not be stored atomically with"
                        + " your data. Put @Transactional on the calling method (and call it through its Spring bean), use a"
                        + " TransactionTemplate, or set patterns.outbox.require-transaction=false to store such events in a"
                        + " transaction of their own.",
                null);
        this.eventType = eventType;
    }

    /** The event's type. */
    public String eventType() {
        return eventType;
    }
}
