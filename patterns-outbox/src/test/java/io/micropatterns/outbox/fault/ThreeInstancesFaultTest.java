package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three instances write and relay, and again and again one of them is killed or paused. */
@Tag("fault")
class ThreeInstancesFaultTest {

    private static final int PARTITIONS = 4;

    private final Faults faults = new Faults("three instances");

    @Test
    void everythingCommittedArrivesExactlyOnceAndInOrder() {
        try (PostgresServer postgres =
                PostgresServer.builder().embedded().durable(true).start()) {
            Ledger ledger = new Ledger(postgres);
            List<Delivery> delivered = play(ledger, faults.rounds());
            ledger.assertDeliveredExactlyOnce(delivered);
            assertThat(ledger.rolledBack()).as("transactions rolled back").isPositive();
        }
    }

    @Test
    void nothingIsLostAtLeastOnce() {
        try (PostgresServer postgres =
                PostgresServer.builder().embedded().durable(true).start()) {
            Ledger ledger = new Ledger(postgres);
            ledger.assertNothingLost(play(ledger, faults.fewRounds(), "patterns.outbox.kafka.exactly-once=false"));
        }
    }

    private List<Delivery> play(Ledger ledger, int rounds, String... properties) {
        KafkaServer kafka = KafkaServer.shared();
        kafka.createTopic(ledger.topic(), PARTITIONS);
        List<Instance> instances = new ArrayList<>();
        try (Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
            for (int writers : List.of(3, 3, 2)) {
                instances.add(start(ledger, kafka, writers, properties));
            }
            instances.forEach(Instance::awaitReady);
            for (int round = 0; round < rounds; round++) {
                ledger.awaitMore(20 + faults.random().nextInt(200));
                List<Instance> ready = awaitTwoReady(instances);
                Instance victim = ready.get(faults.random().nextInt(ready.size()));
                if (faults.random().nextBoolean()) {
                    victim.kill();
                    instances.remove(victim);
                    instances.add(start(ledger, kafka, victim.writers(), properties));
                } else {
                    victim.pause();
                    awaitTakenOver(ledger, victim);
                    victim.resume();
                }
            }
            instances.forEach(Instance::awaitReady);
            instances.forEach(Instance::stopWriting);
            deliveries.awaitAll(ledger.ids());
            instances.forEach(Instance::stop);
            deliveries.readToEnd();
            return deliveries.all();
        } finally {
            instances.forEach(Instance::close);
        }
    }

    private Instance start(Ledger ledger, KafkaServer kafka, int writers, String... properties) {
        return Instance.start(
                FaultApplication.arguments(ledger, kafka, properties),
                writers,
                faults.random().nextLong());
    }

    private static List<Instance> awaitTwoReady(List<Instance> instances) {
        await("two instances")
                .atMost(Ledger.LONG)
                .until(() -> instances.stream().filter(Instance::isReady).count() >= 2);
        return instances.stream().filter(Instance::isReady).toList();
    }

    /** Waits for longer than the lease, that is, until others relay all shards. */
    private static void awaitTakenOver(Ledger ledger, Instance paused) {
        await("take-over").atMost(Ledger.LONG).until(() -> {
            Map<String, Long> owners = ledger.relayedBy();
            return owners.size() == Setting.ofSuite().shards() && !owners.containsValue(paused.pid());
        });
    }
}
