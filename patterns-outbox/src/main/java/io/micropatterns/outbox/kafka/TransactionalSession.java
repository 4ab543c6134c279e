package io.micropatterns.outbox.kafka;

import io.micropatterns.outbox.FencedException;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.RecordsRejectedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/** A page and the progress in one Kafka transaction. */
final class TransactionalSession implements OutboxPublisher.Session {

    private final int shard;
    private final TransactionalProducers producers;
    private final TopicCheck topics;
    private final ProgressTopic progressTopic;
    private final Optional<String> progress;

    TransactionalSession(
            int shard,
            TransactionalProducers producers,
            TopicCheck topics,
            ProgressTopic progressTopic,
            Optional<String> progress) {
        this.shard = shard;
        this.producers = producers;
        this.topics = topics;
        this.progressTopic = progressTopic;
        this.progress = progress;
    }

    @Override
    public Optional<String> progress() {
        return progress;
    }

    @Override
    public void publish(List<OutboxRecord> records, String newProgress) {
        Map<Long, Throwable> withoutTopic = KafkaSessions.withoutTopic(topics, records);
        if (!withoutTopic.isEmpty()) {
            throw new RecordsRejectedException(withoutTopic, false);
        }
        Producer<byte[], byte[]> producer = producers.next();
        Sends sends = new Sends();
        try {
            producer.beginTransaction();
            records.forEach(event -> sends.send(producer, event));
            sends.send(producer, progressTopic.record(shard, newProgress));
            producer.commitTransaction();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw new FencedException(shard, e);
        } catch (KafkaException e) {
            if (sends.failure() instanceof InvalidProducerEpochException) {
                throw new FencedException(shard, e);
            }
            abort(producer, sends, e);
        }
    }

    /** A record's own fault leaves the session usable, once its transaction has been aborted. */
    private void abort(Producer<byte[], byte[]> producer, Sends sends, KafkaException failure) {
        if (sends.rejected().isEmpty()) {
            throw KafkaSessions.unknownOutcome(failure);
        }
        try {
            producer.abortTransaction();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw new FencedException(shard, e);
        } catch (KafkaException e) {
            throw KafkaSessions.unknownOutcome(e);
        }
        throw new RecordsRejectedException(sends.rejected(), false);
    }

    @Override
    public void close() {
        producers.close();
    }
}
