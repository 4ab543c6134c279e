package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** An instance is frozen in the middle of publishing, for longer than its lease, and wakes up again. */
@Tag("fault")
class ZombieRelayFaultTest {

    private static final int PARTITIONS = 4;
    private static final int EVENTS = 3000;

    private final Faults faults = new Faults("zombie relay");

    @Test
    void aZombiePublishesNothingTwiceAndComesBackToItsShare() {
        KafkaServer kafka = KafkaServer.shared();
        try (PostgresServer postgres =
                PostgresServer.builder().embedded().durable(true).start()) {
            Ledger ledger = new Ledger(postgres);
            kafka.createTopic(ledger.topic(), PARTITIONS);
            try (ConfigurableApplicationContext writer = FaultApplication.run(
                            FaultApplication.arguments(ledger, kafka, "patterns.outbox.relay=none"));
                    Instance one = start(ledger, kafka);
                    Instance two = start(ledger, kafka);
                    Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
                List<Instance> instances = List.of(one.awaitReady(), two.awaitReady());
                for (int round = 0; round < faults.fewRounds(); round++) {
                    awaitSharing(ledger, one, two);
                    writer.getBean(LedgerWriters.class).write(EVENTS, faults.random());
                    deliveries.awaitSize(deliveries.size() + 1 + faults.random().nextInt(EVENTS / 10));
                    List<Instance> relaying = await("somebody relays")
                            .atMost(Ledger.LONG)
                            .until(() -> relaying(ledger, instances), found -> !found.isEmpty());
                    Instance zombie = relaying.get(faults.random().nextInt(relaying.size()));
                    zombie.pause();
                    deliveries.awaitAll(ledger.ids());
                    zombie.resume();
                }
                awaitSharing(ledger, one, two);
                one.stop();
                two.stop();
                deliveries.readToEnd();
                ledger.assertDeliveredExactlyOnce(deliveries.all());
                assertThat(ledger.size()).isEqualTo((long) EVENTS * faults.fewRounds());
            }
        }
    }

    /** Small pages, so that many of them are published between any two moments. */
    private Instance start(Ledger ledger, KafkaServer kafka) {
        return Instance.start(
                FaultApplication.arguments(ledger, kafka, "patterns.outbox.polling.page-size=5"),
                0,
                faults.random().nextLong());
    }

    /** As many of them as there are shards for. */
    private static void awaitSharing(Ledger ledger, Instance one, Instance two) {
        List<Instance> instances = List.of(one, two);
        int sharing = Math.min(instances.size(), Setting.ofSuite().shards());
        await("both relay")
                .atMost(Ledger.LONG)
                .until(() -> relaying(ledger, instances).size() == sharing);
    }

    private static List<Instance> relaying(Ledger ledger, List<Instance> instances) {
        Collection<Long> owners = ledger.relayedBy().values();
        return instances.stream()
                .filter(instance -> owners.contains(instance.pid()))
                .toList();
    }
}
