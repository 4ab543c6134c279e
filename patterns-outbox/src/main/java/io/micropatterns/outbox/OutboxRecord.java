package io.micropatterns.outbox;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One stored event: a row of the outbox and, later, a record of the stream.
 *
 * @param position the row's position; 0 before it has been stored
 * @param shard the shard its key belongs to
 * @param id the event's id
 * @param type the event's logical name
 * @param topic the topic it goes to
 * @param key the record's key, or {@code null}
 * @param payload the serialised event; treated as immutable, never copied
 * @param headers record headers, the content type and trace context among them
 * @param createdAt when it was stored, by the database's clock; {@link Instant#EPOCH} before
 */
public record OutboxRecord(
        long position,
        int shard,
        UUID id,
        String type,
        String topic,
        @Nullable String key,
        byte[] payload,
        Map<String, String> headers,
        Instant createdAt) {

    /** Names the event without its payload. */
    @Override
    public String toString() {
        return "event " + id + " of type '" + type + "' to topic '" + topic + "' with key " + key;
    }
}
