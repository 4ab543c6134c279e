package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.ShardStatus;
import io.micropatterns.outbox.StreamStatus;
import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** The database does not let the relay stream, and perhaps does later. */
@Tag("fault")
class RightsStreamTest {

    private static final int PARTITIONS = 4;
    private static final String ROLE = "shopkeeper";

    @ParameterizedTest
    @ValueSource(strings = {"table", "wal"})
    void eventsArriveByPollingUntilTheRoleMayReplicate(String storage) {
        play(storage, "logical", (application, ledger) -> {
            awaitProblem(application, "alter role");
            ledger.awaitMore(50);
            new JdbcTemplate(ledger.server().dataSource(ledger.database()))
                    .execute("alter role " + ROLE + " replication");
            new Slot(ledger).awaitStreamed();
            await("streaming")
                    .atMost(Ledger.LONG)
                    .until(() -> streams(application).anyMatch(StreamStatus::streaming));
            ledger.awaitMore(50);
            await("the problem is over")
                    .atMost(Ledger.LONG)
                    .until(() -> streams(application).allMatch(stream -> stream.problem() == null));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "wal"})
    void eventsArriveByPollingWhereTheLogIsNotLogical(String storage) {
        play(storage, "replica", (application, ledger) -> awaitProblem(application, "wal_level=logical"));
    }

    private interface Scenario {

        void play(ConfigurableApplicationContext application, Ledger ledger);
    }

    private static void play(String storage, String walLevel, Scenario scenario) {
        KafkaServer kafka = KafkaServer.shared();
        try (PostgresServer postgres = PostgresServer.builder()
                .embedded()
                .durable(true)
                .setting("wal_level", walLevel)
                .start()) {
            Ledger ledger = new Ledger(postgres);
            JdbcTemplate jdbc = new JdbcTemplate(postgres.dataSource(ledger.database()));
            jdbc.execute("create role " + ROLE + " login password 'secret'");
            jdbc.execute("alter database \"" + ledger.database() + "\" owner to " + ROLE);
            jdbc.execute("grant all on all tables in schema public to " + ROLE);
            jdbc.execute("grant all on all sequences in schema public to " + ROLE);
            kafka.createTopic(ledger.topic(), PARTITIONS);
            try (ConfigurableApplicationContext application = FaultApplication.run(FaultApplication.arguments(
                            ledger,
                            kafka,
                            Setting.streaming(storage)
                                    .and("spring.datasource.username=" + ROLE, "spring.datasource.password=secret")));
                    Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
                LedgerWriters writers = application.getBean(LedgerWriters.class);
                writers.start(4);
                deliveries.awaitSize(50);
                scenario.play(application, ledger);
                writers.stop();
                deliveries.awaitAll(ledger.ids());
                application.close();
                deliveries.readToEnd();
                ledger.assertDeliveredExactlyOnce(deliveries.all());
            }
        }
    }

    private static void awaitProblem(ConfigurableApplicationContext application, String whatToDo) {
        await("the problem is told")
                .atMost(Ledger.LONG)
                .untilAsserted(() -> assertThat(streams(application)).anySatisfy(stream -> {
                    assertThat(stream.streaming()).isFalse();
                    assertThat(stream.problem()).contains(whatToDo);
                }));
    }

    private static Stream<StreamStatus> streams(ConfigurableApplicationContext application) {
        return application.getBean(OutboxRelay.class).shards().stream()
                .map(ShardStatus::stream)
                .filter(Objects::nonNull);
    }
}
