package io.micropatterns.outbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.outbox.OutboxRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Whom a failure is blamed on. */
class SendsTests {

    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());

    private final Sends sends = new Sends();

    @Test
    void recordsThatAnAbortedTransactionNeverSentAreNotBlamedForTheOneThatMadeItAbort() {
        RecordTooLargeException cause = new RecordTooLargeException("too large");
        send(1, "orders");
        send(2, "orders");
        send(3, "invoices");

        producer.errorNext(cause);
        producer.errorNext(cause);
        producer.errorNext(cause);

        assertThat(sends.rejected()).containsExactly(Map.entry(1L, cause));
        assertThat(sends.failure()).isSameAs(cause);
    }

    @Test
    void eachRecordOfATopicIsBlamedForWhatIsWrongWithTheTopic() {
        TopicAuthorizationException cause = new TopicAuthorizationException("orders");
        send(1, "orders");
        send(2, "invoices");
        send(3, "orders");

        producer.errorNext(cause);
        producer.errorNext(cause);
        producer.errorNext(cause);

        assertThat(sends.rejected()).containsOnlyKeys(1L, 3L);
    }

    @Test
    void theTopicsThatTheBrokerNamesAreBlamedWhicheverRecordIsToldFirst() {
        TopicAuthorizationException cause = new TopicAuthorizationException(Set.of("orders"));
        send(1, "invoices");
        send(2, "orders");

        producer.errorNext(cause);
        producer.errorNext(cause);

        assertThat(sends.rejected()).containsOnlyKeys(2L);
    }

    @Test
    void nobodyIsBlamedForWhatIsNoRecordsFault() {
        send(1, "orders");

        producer.errorNext(new TransactionAbortedException());

        assertThat(sends.rejected()).isEmpty();
        assertThat(sends.failure()).isInstanceOf(TransactionAbortedException.class);
    }

    private void send(long position, String topic) {
        byte[] payload = "x".getBytes(StandardCharsets.UTF_8);
        sends.send(
                producer,
                new OutboxRecord(position, 0, UUID.randomUUID(), "t", topic, "k", payload, Map.of(), Instant.EPOCH));
    }
}
