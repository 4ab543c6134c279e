package io.micropatterns.outbox.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.inbox.Inbox;
import io.micropatterns.outbox.Noted;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.StreamReader;
import io.micropatterns.outbox.TestApplication;
import io.micropatterns.test.junit.KafkaTest;
import io.micropatterns.test.junit.PostgresTest;
import io.micropatterns.test.kafka.KafkaServer;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.kafka.transaction.KafkaTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** JPA beside Kafka's own transactions: two transaction managers, of which neither is primary. */
@SpringBootTest(
        classes = TestApplication.class,
        properties = {
            "spring.jpa.hibernate.ddl-auto=create",
            "spring.jpa.open-in-view=false",
            "spring.kafka.producer.transaction-id-prefix=own-",
            "patterns.outbox.require-transaction=false"
        })
@PostgresTest
@KafkaTest
class JpaAndKafkaTransactionTests {

    @Autowired
    Map<String, PlatformTransactionManager> managers;

    @Autowired
    Outbox outbox;

    @Autowired
    Inbox inbox;

    @Autowired
    DeadLetters deadLetters;

    @Test
    void thePatternsTakeTheTransactionManagerOfTheirDataSource(KafkaServer kafka) {
        assertThat(managers.values())
                .hasSize(2)
                .hasAtLeastOneElementOfType(JpaTransactionManager.class)
                .hasAtLeastOneElementOfType(KafkaTransactionManager.class);
        String topic = "jpa-kafka-" + UUID.randomUUID();
        PlatformTransactionManager jpa = managers.get("transactionManager");

        new TransactionTemplate(jpa).executeWithoutResult(status -> outbox.publish(new Noted(topic, "k", "joined")));
        outbox.publish(new Noted(topic, "k", "own"));
        boolean first = inbox.once("consumer", topic, () -> outbox.publish(new Noted(topic, "k", "inbox")));

        assertThat(first).isTrue();
        assertThat(deadLetters.counts()).isEmpty();
        try (StreamReader reader = new StreamReader(kafka.bootstrapServers(), topic)) {
            assertThat(reader.readUntil(read -> read.size() >= 3))
                    .extracting(record -> StreamReader.header(record, "text"))
                    .containsExactly("joined", "own", "inbox");
        }
    }
}
