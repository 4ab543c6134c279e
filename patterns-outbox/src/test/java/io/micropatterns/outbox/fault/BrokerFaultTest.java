package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** The broker is killed or frozen under an instance that writes and relays, and comes back. */
@Tag("fault")
class BrokerFaultTest {

    private static final int PARTITIONS = 4;

    private static PostgresServer postgres;
    private static KafkaServer kafka;

    private final Faults faults = new Faults("broker fault");

    @BeforeAll
    static void start() {
        postgres = PostgresServer.builder().embedded().durable(true).start();
        kafka = KafkaServer.builder().ownProcess().start();
    }

    @AfterAll
    static void stop() {
        kafka.close();
        postgres.close();
    }

    @Test
    void everythingCommittedArrivesExactlyOnceThroughHardStopsAmidPages() {
        play(round -> {
            kafka.stopHard();
            round.ledger().awaitMore(50);
            kafka.restart();
        });
    }

    @Test
    void everythingCommittedArrivesExactlyOnceThroughPausesThatOutlastThePatienceOfTheRelay() {
        play(round -> {
            kafka.pause();
            round.ledger().awaitMore(50);
            awaitFailure(round.relay());
            kafka.resume();
        });
    }

    /** What was committed during the last fault is still being relayed, in small pages, when the next one comes. */
    private void play(Consumer<Round> fault) {
        Ledger ledger = new Ledger(postgres);
        kafka.createTopic(ledger.topic(), PARTITIONS);
        try (ConfigurableApplicationContext application = FaultApplication.run(FaultApplication.arguments(
                        ledger,
                        kafka,
                        "spring.datasource.hikari.maximum-pool-size=20",
                        "patterns.outbox.polling.page-size=20",
                        "spring.kafka.producer.properties.max.block.ms=2000",
                        "spring.kafka.producer.properties.request.timeout.ms=500",
                        "spring.kafka.producer.properties.delivery.timeout.ms=1000",
                        "spring.kafka.producer.properties.transaction.timeout.ms=2000"));
                Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
            LedgerWriters writers = application.getBean(LedgerWriters.class);
            Round round = new Round(ledger, application.getBean(OutboxRelay.class));
            writers.start(4);
            for (int i = 0; i < faults.fewestRounds(); i++) {
                deliveries.awaitSize(deliveries.size() + 1 + faults.random().nextInt(200));
                fault.accept(round);
            }
            deliveries.awaitSize(deliveries.size() + 50);
            writers.stop();
            deliveries.awaitAll(ledger.ids());
            application.close();
            deliveries.readToEnd();
            ledger.assertDeliveredExactlyOnce(deliveries.all());
        }
    }

    /** Publishing has timed out while the broker slept, and its outcome is unknown. */
    private static void awaitFailure(OutboxRelay relay) {
        await("failures")
                .atMost(Ledger.LONG)
                .untilAsserted(
                        () -> assertThat(relay.shards()).isNotEmpty().allMatch(shard -> shard.failure() != null));
    }

    private record Round(Ledger ledger, OutboxRelay relay) {}
}
