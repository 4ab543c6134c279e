package io.micropatterns.example.quickstart.page;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/**
 * Watches the topic as any other consumer would: counts what is in it, and remembers when the latest orders appeared.
 * Every instance watches all partitions on its own, from the beginning, and commits nothing. Safe for use by many
 * threads.
 */
@Component
class TopicWatch {

    private static final int REMEMBERED = 4_096;

    private final Clock clock;
    private final Instant start;
    private final Map<Integer, Long> offsets = new HashMap<>();
    private final Map<String, Instant> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > REMEMBERED;
        }
    };
    private long count;

    TopicWatch(Clock clock) {
        this.clock = clock;
        this.start = clock.instant();
    }

    @KafkaListener(
            id = "topic-watch",
            topics = "orders",
            groupId = "topic-watch-${random.uuid}",
            ackMode = "MANUAL",
            properties = "auto.offset.reset=earliest")
    synchronized void on(ConsumerRecord<String, String> published) {
        // After an outage of the broker everything comes again.
        if (published.offset() <= offsets.getOrDefault(published.partition(), -1L)) {
            return;
        }
        offsets.put(published.partition(), published.offset());
        count++;
        // What was stored before has been in the topic for nobody knows how long.
        if (published.timestamp() >= start.toEpochMilli()) {
            seen.putIfAbsent(published.key(), clock.instant());
        }
    }

    /** How many records the topic has, as far as they have been seen. */
    synchronized long count() {
        return count;
    }

    /** When the order appeared in the topic, or {@code null} when that was not seen or is forgotten. */
    synchronized @Nullable Instant seenAt(String orderId) {
        return seen.get(orderId);
    }
}
