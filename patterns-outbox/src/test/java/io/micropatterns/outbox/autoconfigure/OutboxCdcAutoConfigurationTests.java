package io.micropatterns.outbox.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.autoconfigure.CoreAutoConfiguration;
import io.micropatterns.core.autoconfigure.DeadLettersAutoConfiguration;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.cdc.SlotKeeper;
import io.micropatterns.outbox.jdbc.JdbcOutboxStore;
import io.micropatterns.outbox.jdbc.LogOutboxStore;
import io.micropatterns.outbox.jdbc.PostgresSignals;
import io.micropatterns.outbox.jdbc.SlotWatch;
import io.micropatterns.outbox.wal.WalChangeSource;
import io.micropatterns.test.postgres.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

class OutboxCdcAutoConfigurationTests {

    private final PostgresServer postgres = PostgresServer.shared();
    private final String database = postgres.createDatabase();
    private ApplicationContextRunner runner;

    @BeforeEach
    void configure() {
        runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        KafkaAutoConfiguration.class,
                        CoreAutoConfiguration.class,
                        DeadLettersAutoConfiguration.class,
                        OutboxAutoConfiguration.class,
                        OutboxCdcAutoConfiguration.class,
                        OutboxPublisherAutoConfiguration.class,
                        OutboxRelayAutoConfiguration.class,
                        OutboxActuatorAutoConfiguration.class))
                .withPropertyValues(
                        "spring.kafka.bootstrap-servers=127.0.0.1:1",
                        "spring.datasource.url=" + postgres.jdbcUrl(database),
                        "spring.datasource.username=" + postgres.username(),
                        "spring.datasource.password=" + postgres.password());
    }

    @AfterEach
    void dropDatabase() {
        postgres.dropDatabase(database);
    }

    @Test
    void pollingHasNothingToDoWithASlot() {
        runner.run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(SlotKeeper.class)
                    .doesNotHaveBean(SlotWatch.class)
                    .doesNotHaveBean(ChangeSource.class);
            assertThat(context.getBean(OutboxSignals.class)).isInstanceOf(PostgresSignals.class);
        });
    }

    @Test
    void streamingTakesItsConnectionFromTheDataSource() {
        runner.withPropertyValues("patterns.outbox.relay=wal", "patterns.outbox.name=My Shop")
                .run(context -> {
                    assertThat(context)
                            .hasNotFailed()
                            .hasSingleBean(OutboxRelay.class)
                            .hasSingleBean(SlotWatch.class);
                    assertThat(context.getBean(ChangeSource.class)).isInstanceOf(WalChangeSource.class);
                    assertThat(context.getBean(OutboxStore.class)).isInstanceOf(JdbcOutboxStore.class);
                    assertThat(context.getBean(OutboxSignals.class)).isNotInstanceOf(PostgresSignals.class);
                    assertThat(context.getBean(ReplicationAddress.class).url()).isEqualTo(postgres.jdbcUrl(database));
                    ReplicationSlot slot = context.getBean(ReplicationSlot.class);
                    assertThat(slot.name()).matches("outbox_my_shop_[0-9a-f]{8}");
                    assertThat(slot.publication()).isEqualTo(slot.name());
                });
    }

    @Test
    void whatIsConfiguredComesBeforeWhatIsDerived() {
        runner.withPropertyValues(
                        "patterns.outbox.relay=wal",
                        "patterns.outbox.cdc.slot=mine",
                        "patterns.outbox.cdc.publication=Theirs",
                        "patterns.outbox.cdc.url=jdbc:postgresql://elsewhere/db",
                        "patterns.outbox.cdc.username=replicator",
                        "patterns.outbox.cdc.password=secret")
                .run(context -> {
                    assertThat(context.getBean(ReplicationSlot.class).name()).isEqualTo("mine");
                    assertThat(context.getBean(ReplicationSlot.class).publication())
                            .isEqualTo("Theirs");
                    ReplicationAddress address = context.getBean(ReplicationAddress.class);
                    assertThat(address)
                            .isEqualTo(
                                    new ReplicationAddress("jdbc:postgresql://elsewhere/db", "replicator", "secret"));
                    assertThat(address.toString()).doesNotContain("secret");
                });
    }

    @Test
    void anInstanceThatOnlyStoresInTheLogNeedsNoRelay() {
        runner.withPropertyValues("patterns.outbox.relay=none", "patterns.outbox.storage=wal")
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(OutboxRelay.class);
                    assertThat(context.getBean(OutboxStore.class)).isInstanceOf(LogOutboxStore.class);
                    assertThat(context.getBean(SlotKeeper.class).holdsMessages())
                            .isTrue();
                });
    }

    @Test
    void aUsersChangeSourceComesFirst() {
        ChangeSource mine = Mockito.mock();
        runner.withPropertyValues("patterns.outbox.relay=wal")
                .withBean(ChangeSource.class, () -> mine)
                .run(context -> assertThat(context.getBean(ChangeSource.class)).isSameAs(mine));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            patterns.outbox.relay=debezium                             ; Debezium is not on the class path
            patterns.outbox.relay=wal,patterns.outbox.shards=4         ; patterns.outbox.shards is 4
            patterns.outbox.storage=wal                                ; patterns.outbox.relay is polling
            patterns.outbox.relay=wal,patterns.outbox.cdc.slot=My-Slot ; patterns.outbox.cdc.slot is 'My-Slot'
            patterns.outbox.relay=wal,patterns.outbox.cdc.check-interval=0 ; patterns.outbox.cdc.check-interval
            """)
    void whatDoesNotFitTogetherIsSaid(String properties, String message) {
        runner.withPropertyValues(properties.split(",")).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOf(PatternConfigurationException.class)
                    .hasMessageContaining(message);
        });
    }
}
