package io.micropatterns.outbox.fault;

import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** Instances that poll and instances that stream take turns on one outbox, as they do in a rolling restart. */
@Tag("fault")
class HandOverStreamTest {

    private static final int PARTITIONS = 4;
    private static final Setting POLLING = new Setting("polling", "table");
    private static final Setting STREAMING = Setting.streaming("table");
    private static final Setting TABLE_LESS = Setting.streaming("wal");

    private final Faults faults = new Faults("hand-over");

    @Test
    void pollingAndStreamingHandTheEventsToAndFroWhoeverIsKilledOrPaused() {
        play(cluster -> {
            for (Setting setting : List.of(POLLING, STREAMING)) {
                cluster.start(setting);
            }
            cluster.awaitReady();
            for (int round = 0; round < faults.fewRounds(); round++) {
                cluster.ledger().awaitMore(20 + faults.random().nextInt(200));
                Member relaying = cluster.awaitRelaying();
                if (faults.random().nextBoolean()) {
                    relaying.instance().kill();
                    cluster.members().remove(relaying);
                    cluster.awaitTakenOver(relaying);
                    cluster.start(relaying.setting());
                    cluster.awaitReady();
                } else {
                    relaying.instance().pause();
                    cluster.awaitTakenOver(relaying);
                    relaying.instance().resume();
                }
            }
        });
    }

    /** What a rolling restart does, in one JVM for the sake of time. */
    @Test
    void switchingRelayAndStorageInRollingRestartsLosesAndDuplicatesNothing() {
        play(cluster -> {
            List<ConfigurableApplicationContext> instances = new ArrayList<>();
            try {
                instances.add(cluster.run(POLLING));
                instances.add(cluster.run(POLLING));
                for (Setting next : List.of(STREAMING, TABLE_LESS, STREAMING, POLLING)) {
                    cluster.ledger().awaitMore(50);
                    if (next.equals(POLLING)) {
                        // What is in the log alone has to be relayed before the last instance goes that can.
                        cluster.deliveries().awaitAll(cluster.ledger().ids());
                    }
                    for (ConfigurableApplicationContext old : List.copyOf(instances)) {
                        instances.add(cluster.run(next));
                        cluster.ledger().awaitMore(20);
                        old.close();
                        instances.remove(old);
                    }
                    if (next.equals(TABLE_LESS)) {
                        new Slot(cluster.ledger()).awaitStreamed();
                    }
                }
                instances.forEach(
                        instance -> instance.getBean(LedgerWriters.class).stop());
                cluster.deliveries().awaitAll(cluster.ledger().ids());
            } finally {
                instances.forEach(ConfigurableApplicationContext::close);
            }
        });
    }

    private interface Scenario {

        void play(Cluster cluster);
    }

    private void play(Scenario scenario) {
        KafkaServer kafka = KafkaServer.shared();
        try (PostgresServer postgres =
                PostgresServer.builder().embedded().durable(true).start()) {
            Ledger ledger = new Ledger(postgres);
            kafka.createTopic(ledger.topic(), PARTITIONS);
            try (Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS);
                    Cluster cluster = new Cluster(ledger, kafka, faults, deliveries, new ArrayList<>())) {
                scenario.play(cluster);
                cluster.awaitReady();
                cluster.members().forEach(member -> member.instance().stopWriting());
                deliveries.awaitAll(ledger.ids());
                cluster.members().forEach(member -> member.instance().stop());
                deliveries.readToEnd();
                ledger.assertDeliveredExactlyOnce(deliveries.all());
            }
        }
    }

    private record Member(Setting setting, Instance instance) {}

    private record Cluster(Ledger ledger, KafkaServer kafka, Faults faults, Deliveries deliveries, List<Member> members)
            implements AutoCloseable {

        void start(Setting setting) {
            members.add(new Member(
                    setting,
                    Instance.start(arguments(setting), 3, faults.random().nextLong())));
        }

        ConfigurableApplicationContext run(Setting setting) {
            ConfigurableApplicationContext instance = FaultApplication.run(arguments(setting));
            instance.getBean(LedgerWriters.class).start(3);
            return instance;
        }

        /** The relays of one outbox agree on its shards. */
        private List<String> arguments(Setting setting) {
            return FaultApplication.arguments(ledger, kafka, setting.and("patterns.outbox.shards=1"));
        }

        void awaitReady() {
            members.forEach(member -> member.instance().awaitReady());
        }

        Member awaitRelaying() {
            return await("somebody relays").atMost(Ledger.LONG).until(this::relaying, found -> found != null);
        }

        private Member relaying() {
            Map<String, Long> owners = ledger.relayedBy();
            return members.stream()
                    .filter(member -> owners.containsValue(member.instance().pid()))
                    .findFirst()
                    .orElse(null);
        }

        void awaitTakenOver(Member gone) {
            await("take-over").atMost(Ledger.LONG).until(() -> {
                Map<String, Long> owners = ledger.relayedBy();
                return owners.size() == 1
                        && !owners.containsValue(gone.instance().pid());
            });
        }

        @Override
        public void close() {
            members.forEach(member -> member.instance().close());
        }
    }
}
