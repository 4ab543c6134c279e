package io.micropatterns.outbox.contract;

import io.micropatterns.outbox.OutboxRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events that have not been stored yet. */
final class Events {

    private Events() {}

    static OutboxRecord of(int shard, @Nullable String key, String content) {
        return of(shard, key, content.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static OutboxRecord of(int shard, @Nullable String key, byte[] payload, Map<String, String> headers) {
        return new OutboxRecord(0, shard, UUID.randomUUID(), "contract", "topic", key, payload, headers, Instant.EPOCH);
    }

    static String content(OutboxRecord event) {
        return new String(event.payload(), StandardCharsets.UTF_8);
    }

    static List<String> contents(List<OutboxRecord> events) {
        return events.stream().map(Events::content).toList();
    }
}
