package io.micropatterns.outbox;

/** An event's serialised payload exceeds {@code patterns.outbox.max-payload-size}. */
public final class PayloadTooLargeException extends OutboxException {

    private static final long serialVersionUID = 1L;

    private final long size;

    /** For an event of this type, with its size and the limit in bytes. */
    public PayloadTooLargeException(String type, long size, long limit) {
        super(
                "The payload of event '" + type + "' has " + size + " bytes, and patterns.outbox.max-payload-size is "
                        + limit + ". Store large content elsewhere and publish a reference to it, or raise this limit"
                        + " together with the topic's max.message.bytes and the producer's max.request.size.",
                null);
        this.size = size;
    }

    /** The payload's size in bytes. */
    public long size() {
        return size;
    }
}
