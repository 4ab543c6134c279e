package io.micropatterns.outbox.kafka;

import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.OutboxRecord;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;
import org.jspecify.annotations.Nullable;

/** The records of one page under way: sends them without waiting, and gathers what became of each. */
final class Sends {

    private static final List<Class<? extends Exception>> RECORD_FAULTS = List.of(
            RecordTooLargeException.class,
            SerializationException.class,
            InvalidRecordException.class,
            InvalidTimestampException.class);

    private static final List<Class<? extends Exception>> TOPIC_FAULTS = List.of(
            InvalidTopicException.class,
            TopicAuthorizationException.class,
            PolicyViolationException.class,
            UnsupportedForMessageFormatException.class);

    private final Map<Long, Throwable> rejected = new ConcurrentHashMap<>();
    private final LongAdder answered = new LongAdder();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Map<Exception, OutboxRecord> firstWith = Collections.synchronizedMap(new IdentityHashMap<>());

    void send(Producer<byte[], byte[]> producer, OutboxRecord event) {
        producer.send(producerRecord(event), (metadata, exception) -> {
            answered.increment();
            if (exception != null) {
                failed(event, exception);
            }
        });
    }

    void send(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> other) {
        producer.send(other, (metadata, exception) -> {
            answered.increment();
            if (exception != null) {
                failure.compareAndSet(null, exception);
            }
        });
    }

    private void failed(OutboxRecord event, Exception exception) {
        if (isItsOwnFault(event, exception)) {
            rejected.put(event.position(), exception);
        } else {
            failure.compareAndSet(null, exception);
        }
    }

    /**
     * A transaction that aborts fails the records it has not sent yet with the very exception that one record caused:
     * that one is told first.
     */
    private boolean isItsOwnFault(OutboxRecord event, Exception exception) {
        OutboxRecord first = firstWith.putIfAbsent(exception, event);
        if (exception instanceof TopicAuthorizationException authorization
                && !authorization.unauthorizedTopics().isEmpty()) {
            return authorization.unauthorizedTopics().contains(event.topic());
        }
        if (isOneOf(TOPIC_FAULTS, exception)) {
            return first == null || first.topic().equals(event.topic());
        }
        return first == null && isOneOf(RECORD_FAULTS, exception);
    }

    private static boolean isOneOf(List<Class<? extends Exception>> faults, Exception exception) {
        return faults.stream().anyMatch(fault -> fault.isInstance(exception));
    }

    /** Of how many it is known what became of them. */
    long answered() {
        return answered.sum();
    }

    /** The cause of each record that can never be published as it is, by position. */
    Map<Long, Throwable> rejected() {
        return rejected;
    }

    /** The first failure that is no record's own fault. */
    @Nullable
    Exception failure() {
        return failure.get();
    }

    private static ProducerRecord<byte[], byte[]> producerRecord(OutboxRecord event) {
        ProducerRecord<byte[], byte[]> result = new ProducerRecord<>(
                event.topic(),
                null,
                event.createdAt().toEpochMilli(),
                event.key() == null ? null : utf8(event.key()),
                event.payload());
        result.headers()
                .add(OutboxHeaders.EVENT_ID, utf8(event.id().toString()))
                .add(OutboxHeaders.EVENT_TYPE, utf8(event.type()));
        event.headers().forEach((name, value) -> result.headers().add(name, utf8(value)));
        return result;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
