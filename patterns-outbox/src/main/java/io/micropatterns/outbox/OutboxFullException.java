package io.micropatterns.outbox;

/** The outbox holds more unpublished events than {@code patterns.outbox.limits.max-pending} allows. */
public final class OutboxFullException extends OutboxException {

    private static final long serialVersionUID = 1L;

    private final long pending;

    /** With the number waiting and the limit. */
    public OutboxFullException(long pending, long limit) {
        super(
                "The outbox is full: " + pending
                        + " events wait to be published, and patterns.outbox.limits.max-pending is "
                        + limit
                        + ". Find out why the relay does not keep up (health and /actuator/outbox name the cause),"
                        + " or raise the limit.",
                null);
        this.pending = pending;
    }

    /** How many events wait. */
    public long pending() {
        return pending;
    }
}
