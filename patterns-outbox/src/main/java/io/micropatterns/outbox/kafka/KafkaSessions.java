package io.micropatterns.outbox.kafka;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.PublicationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both kinds of session share. */
final class KafkaSessions {

    private static final Logger log = LoggerFactory.getLogger(KafkaSessions.class);

    private KafkaSessions() {}

    /** The records whose topic cannot be published to, by position, with the cause. */
    static Map<Long, Throwable> withoutTopic(TopicCheck topics, List<OutboxRecord> records) {
        Set<String> names = new HashSet<>();
        records.forEach(event -> names.add(event.topic()));
        Map<String, KafkaException> unusable;
        try {
            unusable = topics.unusable(names);
        } catch (KafkaException e) {
            throw unknownOutcome(e);
        }
        if (unusable.isEmpty()) {
            return Map.of();
        }
        Map<Long, Throwable> causes = new HashMap<>();
        for (OutboxRecord event : records) {
            Throwable cause = unusable.get(event.topic());
            if (cause != null) {
                causes.put(event.position(), cause);
            }
        }
        return causes;
    }

    static PublicationException unknownOutcome(@Nullable Throwable cause) {
        return new PublicationException(
                "publishing to Kafka failed: " + (cause == null ? "unknown" : cause.getMessage()), cause);
    }

    /** Closes within seconds, also on an interrupted thread, where Kafka would refuse to wait. */
    static void close(Producer<?, ?> producer) {
        boolean interrupted = Thread.interrupted();
        try {
            producer.close(KafkaDefaults.CLOSE_TIMEOUT);
        } catch (KafkaException e) {
            log.debug("Closing a producer failed", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
