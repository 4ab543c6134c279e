package io.micropatterns.outbox.kafka;

import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.RecordsRejectedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/** A page by an idempotent producer; the progress stays with the caller. */
final class IdempotentSession implements OutboxPublisher.Session {

    private final Producer<byte[], byte[]> producer;
    private final TopicCheck topics;

    IdempotentSession(Producer<byte[], byte[]> producer, TopicCheck topics) {
        this.producer = producer;
        this.topics = topics;
    }

    @Override
    public Optional<String> progress() {
        return Optional.empty();
    }

    @Override
    public void publish(List<OutboxRecord> records, String progress) {
        Map<Long, Throwable> rejected = new HashMap<>(KafkaSessions.withoutTopic(topics, records));
        Sends sends = new Sends();
        try {
            records.stream()
                    .filter(event -> !rejected.containsKey(event.position()))
                    .forEach(event -> sends.send(producer, event));
            producer.flush();
        } catch (KafkaException e) {
            throw KafkaSessions.unknownOutcome(e);
        }
        rejected.putAll(sends.rejected());
        if (!rejected.isEmpty()) {
            // The broker refuses a batch whole: neighbours of a rejected record failed too, for no fault of their own.
            throw new RecordsRejectedException(rejected, sends.failure() == null);
        }
        if (sends.failure() != null) {
            throw KafkaSessions.unknownOutcome(sends.failure());
        }
    }

    @Override
    public void close() {
        KafkaSessions.close(producer);
    }
}
