package io.micropatterns.outbox;

/** Names of the record headers that the library sets. */
public final class OutboxHeaders {

    /** The event's id: consumers deduplicate by it. */
    public static final String EVENT_ID = "event-id";

    /** The event's logical type name. */
    public static final String EVENT_TYPE = "event-type";

    /** The payload's media type. */
    public static final String CONTENT_TYPE = "content-type";

    /** Present on events published again by {@code replay}. */
    public static final String REPLAYED = "event-replayed";

    private OutboxHeaders() {}
}
