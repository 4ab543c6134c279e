package io.micropatterns.outbox.fault;

import static org.awaitility.Awaitility.await;

import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxMessage;
import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** Of two instances the one that streams is killed, again and again, and the other one goes on where it was. */
@Tag("fault")
class FailOverStreamTest {

    private static final int PARTITIONS = 4;
    private static final int EVENTS = 20_000;

    private final Faults faults = new Faults("fail-over");

    @ParameterizedTest
    @ValueSource(strings = {"table", "wal"})
    void theOtherInstanceTakesOverUnderLoad(String storage) {
        play(storage, load -> {
            LedgerWriters writers = load.writer().getBean(LedgerWriters.class);
            writers.start(8);
            for (int round = 0; round < faults.fewRounds(); round++) {
                load.deliveries()
                        .awaitSize(
                                load.deliveries().size() + 1 + faults.random().nextInt(200));
                load.killWhoStreams();
                load.ledger().awaitMore(50);
            }
            load.deliveries().awaitSize(load.deliveries().size() + 50);
            writers.stop();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "wal"})
    void theOtherInstanceGoesOnInTheMiddleOfALargeTransaction(String storage) {
        play(storage, load -> {
            writeAtOnce(load);
            for (int round = 0; round < faults.fewestRounds(); round++) {
                load.deliveries()
                        .awaitSize(
                                load.deliveries().size() + 1 + faults.random().nextInt(EVENTS / 10));
                load.killWhoStreams();
            }
        });
    }

    private static void writeAtOnce(Load load) {
        String topic = load.ledger().topic();
        List<Object[]> entries = new ArrayList<>();
        List<OutboxMessage> messages = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            UUID id = UUID.randomUUID();
            String key = "key-" + i % Ledger.KEYS;
            entries.add(new Object[] {id, key, i});
            messages.add(
                    OutboxMessage.to(topic).id(id).key(key).type("ledger-entry").payload(Integer.toString(i)));
        }
        load.writer().getBean(TransactionTemplate.class).executeWithoutResult(status -> {
            load.writer()
                    .getBean(JdbcTemplate.class)
                    .batchUpdate("insert into ledger (id, key, number) values (?, ?, ?)", entries);
            load.writer().getBean(Outbox.class).publishAll(messages);
        });
    }

    private void play(String storage, Consumer<Load> scenario) {
        KafkaServer kafka = KafkaServer.shared();
        try (PostgresServer postgres =
                PostgresServer.builder().embedded().durable(true).start()) {
            Ledger ledger = new Ledger(postgres);
            kafka.createTopic(ledger.topic(), PARTITIONS);
            Setting setting = Setting.streaming(storage);
            List<Instance> instances = new ArrayList<>();
            try (ConfigurableApplicationContext writer = FaultApplication.run(FaultApplication.arguments(
                            ledger,
                            kafka,
                            setting.and(
                                    "patterns.outbox.relay=none", "spring.datasource.hikari.maximum-pool-size=20")));
                    Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
                Load load = new Load(ledger, kafka, setting, writer, deliveries, instances);
                load.start();
                load.start();
                instances.forEach(Instance::awaitReady);
                new Slot(ledger).awaitStreamed();
                CommitOrder order = new CommitOrder(ledger);
                scenario.accept(load);
                deliveries.awaitAll(ledger.ids());
                instances.forEach(Instance::stop);
                deliveries.readToEnd();
                ledger.assertDeliveredExactlyOnce(deliveries.all());
                order.assertKept(deliveries.all());
            } finally {
                instances.forEach(Instance::close);
            }
        }
    }

    private record Load(
            Ledger ledger,
            KafkaServer kafka,
            Setting setting,
            ConfigurableApplicationContext writer,
            Deliveries deliveries,
            List<Instance> instances) {

        /** Small pages, so that many of them are published between any two moments. */
        void start() {
            instances.add(Instance.start(
                    FaultApplication.arguments(ledger, kafka, setting.and("patterns.outbox.polling.page-size=50")),
                    0,
                    0));
        }

        void killWhoStreams() {
            Instance victim =
                    await("somebody streams").atMost(Ledger.LONG).until(this::streaming, found -> found != null);
            victim.kill();
            instances.remove(victim);
            start();
        }

        private Instance streaming() {
            Collection<Long> owners = ledger.relayedBy().values();
            return instances.stream()
                    .filter(instance -> owners.contains(instance.pid()))
                    .findFirst()
                    .orElse(null);
        }
    }
}
