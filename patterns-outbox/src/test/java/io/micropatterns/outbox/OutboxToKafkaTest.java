package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micropatterns.test.junit.KafkaTest;
import io.micropatterns.test.junit.PostgresTest;
import io.micropatterns.test.kafka.KafkaServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionTemplate;

/** From a transaction to the topic, by each way of publishing. */
@SpringBootTest(classes = TestApplication.class)
@PostgresTest
@KafkaTest
class OutboxToKafkaTest {

    @Autowired
    Outbox outbox;

    @Autowired
    ApplicationEventPublisher events;

    @Autowired
    TransactionTemplate transaction;

    @Test
    void committedEventsArriveAndRolledBackOnesDoNot(KafkaServer kafka) {
        String key = UUID.randomUUID().toString();
        transaction.executeWithoutResult(status -> {
            outbox.publish(new OrderPlaced(key, "a", 0));
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult(status -> outbox.publish(new OrderPlaced(key, "a", 1)));
        transaction.executeWithoutResult(status -> events.publishEvent(new OrderPlaced(key, "a", 2)));
        transaction.executeWithoutResult(status -> outbox.publish(OutboxMessage.to("orders")
                .key(key)
                .type("order-noted")
                .header("x", "y")
                .payload("{\"quantity\":3}")));
        try (StreamReader reader = new StreamReader(kafka.bootstrapServers(), "orders")) {
            List<ConsumerRecord<String, String>> records = reader.readUntil(read -> read.size() >= 3);
            assertThat(records).extracting(ConsumerRecord::key).containsExactly(key, key, key);
            assertThat(records)
                    .extracting(ConsumerRecord::value)
                    .containsExactly(
                            "{\"orderId\":\"%s\",\"tenant\":\"a\",\"quantity\":1}".formatted(key),
                            "{\"orderId\":\"%s\",\"tenant\":\"a\",\"quantity\":2}".formatted(key),
                            "{\"quantity\":3}");
            assertThat(StreamReader.header(records.get(0), "event-type")).isEqualTo("order-placed");
            assertThat(StreamReader.header(records.get(0), "tenant")).isEqualTo("a");
            assertThat(StreamReader.header(records.get(0), "event-id")).isNotNull();
            assertThat(StreamReader.header(records.get(2), "x")).isEqualTo("y");
            assertThat(reader.readFor(Duration.ofMillis(500))).hasSize(3);
        }
    }

    @Test
    void publishingOutsideATransactionIsRefused() {
        assertThatThrownBy(() -> outbox.publish(new OrderPlaced("1", "a", 1)))
                .isInstanceOf(NoTransactionException.class)
                .hasMessageContaining("@Transactional");
    }
}
