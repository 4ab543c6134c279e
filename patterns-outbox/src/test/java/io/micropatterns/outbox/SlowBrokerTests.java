package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream that has become too slow for a whole page within its time. */
@Tag("fault")
class SlowBrokerTests {

    private static final int EVENTS = 45;
    private static final String BIG = "x".repeat(100_000);

    @ParameterizedTest(name = "exactly-once {0}")
    @ValueSource(booleans = {true, false})
    void aPageThatNeverFitsItsTimeIsMadeSmallerUntilItDoes(boolean exactlyOnce) throws Exception {
        try (KafkaServer broker = KafkaServer.builder().embedded().start();
                TestCluster cluster = new TestCluster(broker.bootstrapServers())) {
            limitTo(broker, 300_000);
            TestNode node = cluster.start(
                    "patterns.outbox.shards=1",
                    "patterns.outbox.kafka.exactly-once=" + exactlyOnce,
                    "spring.kafka.producer.properties.max.block.ms=1500",
                    "spring.kafka.producer.properties.request.timeout.ms=1500",
                    "spring.kafka.producer.properties.delivery.timeout.ms=2500",
                    "spring.kafka.producer.properties.transaction.timeout.ms=2500");
            String topic = cluster.topic("events");
            broker.createTopic(topic, 1);
            node.pause();
            node.publish(IntStream.range(0, EVENTS)
                    .mapToObj(i -> TestNode.text(topic, "k", i + BIG))
                    .toArray());
            node.relay().resume();

            try (StreamReader reader = new StreamReader(broker.bootstrapServers(), topic)) {
                assertThat(numbers(reader.readUntil(read -> numbers(read).size() >= EVENTS)))
                        .containsExactlyElementsOf(
                                IntStream.range(0, EVENTS).boxed().toList());
            }
            await("nothing is sent again for ever")
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> node.monitor().pending() == 0);
        }
    }

    /** Without those that were sent again. */
    private static List<Integer> numbers(List<ConsumerRecord<String, String>> records) {
        return records.stream()
                .map(read -> Integer.valueOf(read.value().replace("x", "")))
                .distinct()
                .toList();
    }

    private static void limitTo(KafkaServer broker, double bytesPerSecond) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            ClientQuotaEntity everyone =
                    new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null));
            ClientQuotaAlteration.Op rate = new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond);
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(everyone, List.of(rate))))
                    .all()
                    .get();
        }
    }
}
