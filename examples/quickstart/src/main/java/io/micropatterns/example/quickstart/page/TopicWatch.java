package io.micropatterns.example.quickstart.page;

import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/**
 * Watches the topic as any other consumer would and remembers when the latest orders appeared in it. Every instance
 * watches all partitions on its own, from now on, and commits nothing. Safe for use by many threads.
 */
@Component
class TopicWatch {

    private static final int REMEMBERED = 4_096;

    private final Clock clock;
    private final Map<String, Instant> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > REMEMBERED;
        }
    };

    TopicWatch(Clock clock) {
        this.clock = clock;
    }

    @KafkaListener(
            id = "topic-watch",
            topics = "orders",
            groupId = "topic-watch-${random.uuid}",
            ackMode = "MANUAL",
            properties = "auto.offset.reset=latest")
    void on(ConsumerRecord<String, String> published) {
        synchronized (seen) {
            seen.putIfAbsent(published.key(), clock.instant());
        }
    }

    /** When the order appeared in the topic, or {@code null} when that was not seen or is forgotten. */
    @Nullable
    Instant seenAt(String orderId) {
        synchronized (seen) {
            return seen.get(orderId);
        }
    }
}
