package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.ShardStatus;
import io.micropatterns.outbox.StreamStatus;
import io.micropatterns.outbox.cdc.SlotKeeper;
import io.micropatterns.outbox.jdbc.JdbcSlotKeeper;
import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

/** Somebody lays hands on the slot, its stream or its publication while events are written and streamed. */
@Tag("fault")
class SlotStreamTest {

    private static final int PARTITIONS = 4;
    private static final String TABLE = "table";
    private static final String LOG = "wal";

    /** The relay tries to stream again every five seconds. */
    private static final Duration SEVERAL_TRIES = Duration.ofSeconds(6);

    private static PostgresServer postgres;

    private final Faults faults = new Faults("slot fault");

    @BeforeAll
    static void start() {
        postgres = PostgresServer.builder().embedded().durable(true).start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {TABLE, LOG})
    void theRelayGoesOnWhenItsStreamIsTerminatedAgainAndAgain(String storage) {
        play(storage, Slot::terminateStream);
    }

    @Test
    void aSlotThatIsDroppedIsReplacedAndNothingIsLost() {
        play(TABLE, slot -> {
            String dropped = slot.drop();
            await("a new slot").atMost(Ledger.LONG).until(() -> slot.name().equals(Optional.of(dropped)));
        });
    }

    @Test
    void nothingIsLostWhenSomebodyElseMakesTheSlotAnew() {
        play(TABLE, Slot::recreate);
    }

    /** What the publication left out comes a moment after what it then had. */
    @Test
    void nothingIsLostWhenThePublicationIsDroppedAndMadeAnew() {
        play(
                TABLE,
                slot -> {
                    slot.dropPublication();
                    slot.fill(1);
                    slot.createPublication();
                },
                Ledger::assertDeliveredOnce);
    }

    @Test
    void aPublicationThatIsDroppedIsReplacedAndNothingIsLost() {
        play(TABLE, slot -> {
            slot.dropPublication();
            await("a new publication")
                    .atMost(Ledger.LONG)
                    .until(() -> slot.publication().isPresent());
        });
    }

    /** What is written all the while comes exactly once and in order, and is streamed again after each fault. */
    private void play(String storage, Consumer<Slot> fault) {
        play(storage, fault, Ledger::assertDeliveredExactlyOnce);
    }

    private void play(String storage, Consumer<Slot> fault, BiConsumer<Ledger, List<Delivery>> check) {
        KafkaServer kafka = KafkaServer.shared();
        Ledger ledger = new Ledger(postgres);
        kafka.createTopic(ledger.topic(), PARTITIONS);
        Slot slot = new Slot(ledger);
        try (ConfigurableApplicationContext application = run(ledger, kafka, storage);
                Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
            LedgerWriters writers = application.getBean(LedgerWriters.class);
            writers.start(4);
            for (int round = 0; round < faults.fewRounds(); round++) {
                slot.awaitStreamed();
                deliveries.awaitSize(deliveries.size() + 1 + faults.random().nextInt(100));
                fault.accept(slot);
                ledger.awaitMore(20 + faults.random().nextInt(50));
            }
            slot.awaitStreamed();
            deliveries.awaitSize(deliveries.size() + 50);
            writers.stop();
            deliveries.awaitAll(ledger.ids());
            slot.awaitStreamed();
            application.close();
            deliveries.readToEnd();
            check.accept(ledger, deliveries.all());
        }
    }

    /** Until then events go to the table and are relayed from there. */
    @Test
    void theLossOfASlotThatHadEventsOfItsOwnIsSaidAloudAndWaitsToBeAccepted() {
        playLoss(Slot::drop, (ledger, doubtful, deliveries) -> {
            ledger.awaitMore(100);
            deliveries.awaitAll(after(doubtful, ledger));
        });
    }

    /** Until then events wait in the slot that somebody has made. */
    @Test
    void theLossIsSaidAloudWhenSomebodyElseMakesTheSlotAnew() {
        playLoss(Slot::recreate, (ledger, doubtful, deliveries) -> ledger.awaitMore(100));
    }

    private interface Meanwhile {

        void await(Ledger ledger, Set<UUID> doubtful, Deliveries deliveries);
    }

    private void playLoss(Consumer<Slot> fault, Meanwhile meanwhile) {
        KafkaServer kafka = KafkaServer.shared();
        Ledger ledger = new Ledger(postgres);
        kafka.createTopic(ledger.topic(), PARTITIONS);
        Slot slot = new Slot(ledger);
        try (ConfigurableApplicationContext application = run(ledger, kafka, LOG);
                Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
            LedgerWriters writers = application.getBean(LedgerWriters.class);
            slot.awaitStreamed();
            writers.start(4);
            deliveries.awaitSize(100);
            fault.accept(slot);
            await("the loss is told")
                    .atMost(Ledger.LONG)
                    .untilAsserted(() -> assertThat(problem(application)).contains("acceptLoss"));
            writers.stop();
            // Some of what was stored before then is lost.
            Set<UUID> doubtful = ledger.ids();

            writers.start(4);
            meanwhile.await(ledger, doubtful, deliveries);
            await("the loss is still told")
                    .atMost(Ledger.LONG)
                    .untilAsserted(() -> assertThat(problem(application)).contains("acceptLoss"));
            assertThat(slot.isActive()).as("streamed without a word").isFalse();

            ((JdbcSlotKeeper) application.getBean(SlotKeeper.class)).acceptLoss();
            slot.awaitStreamed();
            ledger.awaitMore(100);
            writers.stop();
            deliveries.awaitAll(after(doubtful, ledger));
            application.close();
            deliveries.readToEnd();
            assertLostAtMost(doubtful, ledger, deliveries.all());
        }
    }

    private static Set<UUID> after(Set<UUID> doubtful, Ledger ledger) {
        Set<UUID> rest = new HashSet<>(ledger.ids());
        rest.removeAll(doubtful);
        return rest;
    }

    private static void assertLostAtMost(Set<UUID> doubtful, Ledger ledger, List<Delivery> deliveries) {
        List<UUID> delivered = deliveries.stream().map(Delivery::id).toList();
        assertThat(delivered).doesNotHaveDuplicates();
        Set<UUID> unknown = new HashSet<>(delivered);
        unknown.removeAll(ledger.ids());
        assertThat(unknown).as("delivered and not committed").isEmpty();
        Set<UUID> lost = after(doubtful, ledger);
        lost.removeAll(new HashSet<>(delivered));
        assertThat(lost).as("stored after the loss and lost").isEmpty();
    }

    /** Log that nobody reads, because the broker is down, must not fill the disk. */
    @Test
    void aSlotThatHoldsTooMuchLogIsGivenUpUntilTheTableHasBeenRelayed() {
        Ledger ledger = new Ledger(postgres);
        Slot slot = new Slot(ledger);
        try (KafkaServer kafka = KafkaServer.builder().embedded().start()) {
            kafka.createTopic(ledger.topic(), PARTITIONS);
            try (ConfigurableApplicationContext application = run(
                            ledger,
                            kafka,
                            TABLE,
                            "patterns.outbox.cdc.max-retained=32MB",
                            "patterns.outbox.cdc.check-interval=200ms");
                    Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
                LedgerWriters writers = application.getBean(LedgerWriters.class);
                slot.awaitStreamed();
                writers.start(4);
                for (int round = 0; round < faults.fewestRounds(); round++) {
                    deliveries.awaitSize(deliveries.size() + 100);
                    slot.awaitStreamed();
                    kafka.stop();
                    slot.fill(40);
                    await("the slot is dropped")
                            .atMost(Ledger.LONG)
                            .until(() -> slot.name().isEmpty());
                    await("no slot is made meanwhile")
                            .during(SEVERAL_TRIES)
                            .atMost(Ledger.LONG)
                            .until(() -> slot.name().isEmpty());
                    kafka.restart();
                    slot.awaitStreamed();
                }
                ledger.awaitMore(100);
                writers.stop();
                deliveries.awaitAll(ledger.ids());
                application.close();
                deliveries.readToEnd();
                ledger.assertDeliveredExactlyOnce(deliveries.all());
            }
        }
    }

    private ConfigurableApplicationContext run(Ledger ledger, KafkaServer kafka, String storage, String... properties) {
        return FaultApplication.run(FaultApplication.arguments(
                ledger,
                kafka,
                Setting.streaming(storage)
                        .and(Stream.concat(
                                        Stream.of("spring.datasource.hikari.maximum-pool-size=20"),
                                        Stream.of(properties))
                                .toArray(String[]::new))));
    }

    private static String problem(ConfigurableApplicationContext application) {
        return streams(application)
                .map(StreamStatus::problem)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
    }

    private static Stream<StreamStatus> streams(ConfigurableApplicationContext application) {
        return application.getBean(OutboxRelay.class).shards().stream()
                .map(ShardStatus::stream)
                .filter(Objects::nonNull);
    }
}
