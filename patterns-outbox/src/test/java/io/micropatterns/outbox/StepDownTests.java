package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.lease.LeaseOwner;
import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.network.Ports;
import io.micropatterns.test.network.TcpProxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** Instances that cannot reach the broker, alone or all of them. */
@Tag("fault")
class StepDownTests {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void anInstanceThatAloneCannotReachTheBrokerLeavesItsShardToAnother() {
        int direct = Ports.free();
        int behindProxy = Ports.free();
        try (TcpProxy proxy = TcpProxy.to("127.0.0.1", behindProxy);
                KafkaServer broker = brokerWithTwoWays(direct, behindProxy, proxy.port());
                TestCluster cluster = new TestCluster(broker.bootstrapServers())) {
            TestNode cutOff = start(cluster, "spring.kafka.bootstrap-servers=127.0.0.1:" + proxy.port());
            TestNode other = start(cluster);
            String topic = cluster.topic("events");
            publish(cutOff, topic, 0, 5);
            assertThat(cluster.values(topic, 5)).isEqualTo(texts(5));
            assertThat(cutOff.relay().shards()).hasSize(1);
            assertThat(proxy.connections()).isPositive();

            proxy.cut();
            publish(cutOff, topic, 5, 10);
            assertThat(cluster.values(topic, 10)).isEqualTo(texts(10));
            assertThat(other.relay().shards()).hasSize(1);
            assertThat(other.relay().steppedDown()).isEmpty();
            Health health = await().atMost(PATIENCE)
                    .until(() -> health(cutOff), found -> found.getDetails().containsKey("steppedDown"));
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails().get("steppedDown").toString()).contains("shard 0: ");

            other.close();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(cutOff.relay().shards())
                            .as("now the only one")
                            .hasSize(1));
            proxy.restore();
            publish(cutOff, topic, 10, 15);
            assertThat(cluster.values(topic, 15)).isEqualTo(texts(15));
            cutOff.close();
        }
    }

    @Test
    void whileNobodyCanReachTheBrokerTheShardMovesAndSomebodyDrainsItWhenItComes() {
        int port = Ports.free();
        try (TestCluster cluster = new TestCluster("127.0.0.1:" + port)) {
            TestNode first = start(cluster);
            TestNode second = start(cluster);
            String topic = cluster.topic("events");
            publish(first, topic, 0, 5);
            Set<String> owners = new HashSet<>();
            await().atMost(PATIENCE).until(() -> {
                second.relay().owners().stream().map(LeaseOwner::owner).forEach(owners::add);
                return owners.size() == 2;
            });
            await().atMost(PATIENCE)
                    .until(() -> first.relay().steppedDown().isPresent()
                            && second.relay().steppedDown().isPresent());
            await().atMost(PATIENCE)
                    .until(() -> first.relay().shards().size()
                                    + second.relay().shards().size()
                            == 1);

            try (KafkaServer broker =
                    KafkaServer.builder().embedded().port(port).start()) {
                assertThat(cluster.values(topic, 5)).isEqualTo(texts(5));
                first.close();
                second.close();
                assertThat(broker.bootstrapServers()).isNotBlank();
            }
        }
    }

    private static TestNode start(TestCluster cluster, String... properties) {
        String[] all = {
            "patterns.outbox.shards=1",
            "patterns.outbox.polling.lease-time-to-live=10s",
            "patterns.outbox.polling.step-down-after=1s",
            "spring.kafka.producer.properties.max.block.ms=2000"
        };
        return cluster.start(Stream.of(all, properties).flatMap(Arrays::stream).toArray(String[]::new));
    }

    /** It tells each client to come the way that it came at first. */
    private static KafkaServer brokerWithTwoWays(int direct, int behindProxy, int proxy) {
        int internal = Ports.free();
        int controller = Ports.free();
        return KafkaServer.builder()
                .embedded()
                .port(direct)
                .brokerProperty(
                        "listeners",
                        "CLIENTS://127.0.0.1:" + direct + ",PROXIED://127.0.0.1:" + behindProxy
                                + ",INTERNAL://127.0.0.1:" + internal + ",CONTROLLER://127.0.0.1:" + controller)
                .brokerProperty(
                        "advertised.listeners",
                        "CLIENTS://127.0.0.1:" + direct + ",PROXIED://127.0.0.1:" + proxy + ",INTERNAL://127.0.0.1:"
                                + internal)
                .brokerProperty(
                        "listener.security.protocol.map",
                        "CLIENTS:PLAINTEXT,PROXIED:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT")
                .brokerProperty("controller.quorum.voters", "1@127.0.0.1:" + controller)
                .start();
    }

    private static void publish(TestNode node, String topic, int from, int to) {
        for (int i = from; i < to; i++) {
            node.publish(TestNode.text(topic, "k", Integer.toString(i)));
        }
    }

    private static Health health(TestNode node) {
        return node.context()
                .getBean("outboxHealthIndicator", HealthIndicator.class)
                .health(true);
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }
}
