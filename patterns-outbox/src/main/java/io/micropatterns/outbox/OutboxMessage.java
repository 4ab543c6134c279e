package io.micropatterns.outbox;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event with its route already chosen: what {@link Outbox#publish(OutboxMessage)} stores when neither annotation nor
 * configuration should decide. Immutable, and so safe to share between threads.
 *
 * @param id the event's id, unique per message: consumers deduplicate by it; random when the builder was given none
 * @param type the event's logical name, never a class name; {@code null} to take the one of the payload's class, which
 *     then must have one
 * @param topic the topic the record goes to
 * @param key the record's key, or {@code null} for none
 * @param payload the event object, serialised when it is published; a {@code byte[]} or a {@code String} goes as it is
 * @param headers extra record headers; those that the outbox sets itself ({@link OutboxHeaders}) are refused with an
 *     {@link IllegalArgumentException}
 */
public record OutboxMessage(
        UUID id,
        @Nullable String type,
        String topic,
        @Nullable String key,
        Object payload,
        Map<String, String> headers) {

    public OutboxMessage {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(payload, "payload");
        headers = OutboxHeaders.own(headers);
    }

    /** Starts a message for one topic. */
    public static Builder to(String topic) {
        return new Builder(topic);
    }

    /** Builds an {@link OutboxMessage}. Not thread-safe. */
    public static final class Builder {

        private final String topic;
        private @Nullable UUID id;
        private @Nullable String type;
        private @Nullable String key;
        private final Map<String, String> headers = new LinkedHashMap<>();

        private Builder(String topic) {
            this.topic = Objects.requireNonNull(topic, "topic");
        }

        /** The event's id; give one to make a repeated business request recognisable to consumers. */
        public Builder id(UUID id) {
            this.id = Objects.requireNonNull(id, "id");
            return this;
        }

        /** The event's logical name. */
        public Builder type(String type) {
            this.type = Objects.requireNonNull(type, "type");
            return this;
        }

        /** The record's key. */
        public Builder key(@Nullable String key) {
            this.key = key;
            return this;
        }

        /** Adds one record header. */
        public Builder header(String name, String value) {
            headers.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /** The message with this payload. */
        public OutboxMessage payload(Object payload) {
            return new OutboxMessage(id == null ? UUID.randomUUID() : id, type, topic, key, payload, headers);
        }
    }
}
