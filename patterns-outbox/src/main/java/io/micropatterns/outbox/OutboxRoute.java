package io.micropatterns.outbox;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One destination of one event.
 *
 * @param topic the topic
 * @param key the record's key, or {@code null} for none
 * @param headers extra record headers; those that the outbox sets itself ({@link OutboxHeaders}) are refused with an
 *     {@link IllegalArgumentException}
 */
public record OutboxRoute(String topic, @Nullable String key, Map<String, String> headers) {

    public OutboxRoute {
        Objects.requireNonNull(topic, "topic");
        headers = OutboxHeaders.own(headers);
    }

    /** A route without extra headers. */
    public static OutboxRoute to(String topic, @Nullable String key) {
        return new OutboxRoute(topic, key, Map.of());
    }
}
