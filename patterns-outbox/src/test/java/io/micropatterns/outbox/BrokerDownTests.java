package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.network.Ports;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** An application that starts before its broker does. */
@Tag("fault")
class BrokerDownTests {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void theApplicationStartsFillsUpToItsLimitSaysWhyItIsDownAndDrainsWhenTheBrokerComes() {
        int port = Ports.free();
        try (TestCluster cluster = new TestCluster("127.0.0.1:" + port)) {
            TestNode node = cluster.start(
                    "patterns.outbox.limits.check-interval=50ms",
                    "patterns.outbox.limits.warn-pending=5",
                    "patterns.outbox.limits.max-pending=10");
            String topic = cluster.topic("events");
            for (int i = 0; i < 9; i++) {
                node.publish(TestNode.text(topic, "k", Integer.toString(i)));
            }
            await().atMost(PATIENCE).until(() -> node.monitor().lastKnownPending() == 9);
            assertThatThrownBy(() -> node.publish(TestNode.text(topic, "k", "x"), TestNode.text(topic, "k", "y")))
                    .isInstanceOfSatisfying(
                            OutboxFullException.class,
                            e -> assertThat(e.pending()).isEqualTo(9))
                    .hasMessageContainingAll("patterns.outbox.limits.max-pending", "10", "/actuator/outbox");
            node.publish(TestNode.text(topic, "k", "9"));

            Health down = await().atMost(PATIENCE)
                    .until(() -> health(node), health -> health.getStatus().equals(Status.DOWN));
            assertThat(down.getDetails().get("problems").toString()).contains("shard ", "Kafka cannot be reached");
            await().atMost(PATIENCE)
                    .until(() -> String.valueOf(health(node).getDetails().get("warning"))
                            .contains("patterns.outbox.limits.warn-pending"));

            try (KafkaServer broker =
                    KafkaServer.builder().embedded().port(port).start()) {
                List<String> all =
                        IntStream.range(0, 10).mapToObj(Integer::toString).toList();
                assertThat(cluster.values(topic, 10)).isEqualTo(all);
                await().atMost(PATIENCE)
                        .until(() -> health(node).getStatus().equals(Status.UP)
                                && node.monitor().pending() == 0);
                assertThat(health(node).getDetails()).containsKeys("shards", "pending", "oldestPendingSeconds");
                node.publish(TestNode.text(topic, "k", "more"));
                assertThat(cluster.values(topic, 11)).hasSize(11);
                node.close();
            }
        }
    }

    private static Health health(TestNode node) {
        return node.context()
                .getBean("outboxHealthIndicator", HealthIndicator.class)
                .health(true);
    }
}
