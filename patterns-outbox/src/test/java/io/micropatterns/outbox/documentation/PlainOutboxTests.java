package io.micropatterns.outbox.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.outbox.OutboxMessage;
import io.micropatterns.outbox.StreamReader;
import io.micropatterns.test.junit.KafkaTest;
import io.micropatterns.test.junit.PostgresTest;
import io.micropatterns.test.kafka.KafkaServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The documentation's outbox without Spring Boot. */
@PostgresTest
@KafkaTest
class PlainOutboxTests {

    @Test
    void publishesWhatIsCommitted(DataSource dataSource, KafkaServer kafka) {
        String topic = "plain-" + UUID.randomUUID();
        kafka.createTopic(topic, 1);
        try (PlainOutbox plain = new PlainOutbox(dataSource, Map.of("bootstrap.servers", kafka.bootstrapServers()));
                StreamReader reader = new StreamReader(kafka.bootstrapServers(), topic)) {
            plain.inTransaction(outbox ->
                    outbox.publish(OutboxMessage.to(topic).key("1").type("note").payload("first")));
            plain.inTransaction(outbox ->
                    outbox.publish(OutboxMessage.to(topic).key("1").type("note").payload("second")));

            assertThat(reader.readUntil(read -> read.size() >= 2))
                    .extracting(ConsumerRecord::value)
                    .containsExactly("first", "second");
        }
    }

    @Test
    void isTheOneOfThePage() throws Exception {
        String source =
                Files.readString(Path.of("src/test/java/io/micropatterns/outbox/documentation/PlainOutbox.java"));

        assertThat(Files.readString(Path.of("../docs/outbox.md")))
                .contains(source.substring(source.indexOf("public final class")));
    }
}
