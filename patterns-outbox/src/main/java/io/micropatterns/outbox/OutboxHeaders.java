package io.micropatterns.outbox;

import java.util.Map;
import java.util.Set;

/** Names of the record headers that the library sets. Only {@link #CONTENT_TYPE} may be given with an event, and wins then. */
public final class OutboxHeaders {

    /** The event's id: consumers deduplicate by it. */
    public static final String EVENT_ID = "event-id";

    /** The event's logical type name. */
    public static final String EVENT_TYPE = "event-type";

    /** The payload's media type. */
    public static final String CONTENT_TYPE = "content-type";

    /** Present on events published again by {@code replay}. */
    public static final String REPLAYED = "event-replayed";

    /**
     * Never in the stream: stands in for the headers of a stored row that are no JSON object of strings, with their text.
     * Such an event goes to the dead letters; one that an operator has emptied there is published without.
     */
    public static final String UNREADABLE = "unreadable-headers";

    private static final Set<String> RESERVED = Set.of(EVENT_ID, EVENT_TYPE, REPLAYED, UNREADABLE);

    private OutboxHeaders() {}

    /** A copy of an event's own headers; consumers could not rely on the library's, were they given twice. */
    static Map<String, String> own(Map<String, String> headers) {
        for (String name : headers.keySet()) {
            if (RESERVED.contains(name)) {
                throw new IllegalArgumentException("Header '" + name
                        + "' is set by the outbox itself; give the event's own header another name"
                        + " (or use OutboxMessage's id and type)");
            }
        }
        return Map.copyOf(headers);
    }
}
