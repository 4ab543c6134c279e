package io.micropatterns.outbox.kafka;

import io.micropatterns.outbox.FencedException;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.RecordsRejectedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;

/** A page and the progress in one Kafka transaction. */
final class TransactionalSession implements OutboxPublisher.Session {

    private final int shard;
    private final TransactionalProducers producers;
    private final TopicCheck topics;
    private final ProgressTopic progressTopic;
    private final Optional<String> progress;
    private final Duration transactionTimeout;

    TransactionalSession(
            int shard,
            TransactionalProducers producers,
            TopicCheck topics,
            ProgressTopic progressTopic,
            Optional<String> progress,
            Duration transactionTimeout) {
        this.shard = shard;
        this.producers = producers;
        this.topics = topics;
        this.progressTopic = progressTopic;
        this.progress = progress;
        this.transactionTimeout = transactionTimeout;
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
        long begin = System.nanoTime();
        try {
            producer.beginTransaction();
            records.forEach(event -> sends.send(producer, event));
            sends.send(producer, progressTopic.record(shard, newProgress));
            commit(producer, sends, begin);
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw fenced(begin, e);
        } catch (KafkaException e) {
            if (sends.failure() instanceof InvalidProducerEpochException) {
                throw fenced(begin, e);
            }
            abort(producer, sends, begin, e);
        }
    }

    /**
     * Kafka waits no longer than {@code max.block.ms}, which a page on a slow link exceeds; waiting on is allowed, and
     * makes sense while answers come.
     */
    private void commit(Producer<byte[], byte[]> producer, Sends sends, long begin) {
        while (true) {
            long before = sends.answered();
            try {
                producer.commitTransaction();
                return;
            } catch (TimeoutException e) {
                if (isOver(begin) || sends.answered() == before) {
                    throw e;
                }
            }
        }
    }

    private boolean isOver(long begin) {
        return System.nanoTime() - begin >= transactionTimeout.toNanos();
    }

    /** Past its timeout it is the broker that has ended the transaction, and nobody has taken the shard over. */
    private RuntimeException fenced(long begin, KafkaException cause) {
        return isOver(begin) ? KafkaSessions.unknownOutcome(cause) : new FencedException(shard, cause);
    }

    /** A record's own fault leaves the session usable, once its transaction has been aborted. */
    private void abort(Producer<byte[], byte[]> producer, Sends sends, long begin, KafkaException failure) {
        boolean brokerAway = failure instanceof RetriableException || failure.getCause() instanceof RetriableException;
        if (sends.rejected().isEmpty() && brokerAway) {
            throw KafkaSessions.unknownOutcome(failure);
        }
        try {
            // Also tells whom it fails, which a send that failed at once did not wait for.
            producer.abortTransaction();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw fenced(begin, e);
        } catch (KafkaException | IllegalStateException e) {
            throw KafkaSessions.unknownOutcome(failure);
        }
        if (sends.rejected().isEmpty()) {
            throw KafkaSessions.unknownOutcome(failure);
        }
        throw new RecordsRejectedException(sends.rejected(), false);
    }

    @Override
    public void close() {
        producers.close();
    }
}
