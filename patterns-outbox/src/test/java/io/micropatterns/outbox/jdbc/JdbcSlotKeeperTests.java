package io.micropatterns.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.KeptSlot;
import io.micropatterns.outbox.cdc.MarkText;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.cdc.SlotUnavailableException;
import io.micropatterns.outbox.cdc.SlotUnavailableException.Problem;
import io.micropatterns.test.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

class JdbcSlotKeeperTests {

    private static final OutboxRecord EVENT =
            new OutboxRecord(0, 0, UUID.randomUUID(), "type", "topic", null, new byte[0], Map.of(), Instant.EPOCH);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final TestOutbox outbox = new TestOutbox();
    private final JdbcSlotKeeper keeper = outbox.keeper();
    private final String name = outbox.slot().name();

    @AfterEach
    void dropOutbox() {
        outbox.close();
    }

    @Test
    void whatWasCreatedIsFoundAgainAsTheSame() {
        assertThat(keeper.find()).isEmpty();
        KeptSlot created = keeper.create();

        assertThat(created.slot()).isEqualTo(outbox.slot());
        assertThat(keeper.find()).contains(created);
        assertThat(outbox.keeper().find()).contains(created);
        assertThat(name).matches("outbox_jdbc_[0-9a-f]{8}");
    }

    @Test
    void aSlotMadeByOthersIsTakenAndToldFromTheNext() {
        outbox.jdbc()
                .execute("create publication \"" + name
                        + "\" for table patterns_outbox with (publish = 'insert', publish_via_partition_root = true)");
        createByHand();
        KeptSlot first = keeper.find().orElseThrow();
        assertThat(keeper.find()).contains(first);
        keeper.drop();
        assertThat(keeper.find()).as("the first is lost").isEmpty();
        assertThat(keeper.create().generation()).isNotEqualTo(first.generation());
    }

    /** As it is in the last moment of its creation, and while somebody reads it by a query. */
    @Test
    void aSessionThatHasTheSlotWithoutAStreamIsWaitedForAndNotEnded() throws Exception {
        keeper.create();
        keeper.drop();
        try (Connection other = outbox.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("select pg_create_logical_replication_slot('" + name + "', 'pgoutput', true)");
            assertThatExceptionOfType(ChangeStreamException.class)
                    .isThrownBy(keeper::find)
                    .withMessageContaining("is in use by process");
            statement.execute("select pg_drop_replication_slot('" + name + "')");
        }
    }

    @Test
    void aSlotRecreatedByOthersStandsFurtherThanWasConfirmed() {
        KeptSlot created = keeper.create();
        keeper.drop();
        keeper.mark("test");
        createByHand();

        assertThat(keeper.find().orElseThrow().confirmed()).isGreaterThan(created.confirmed());
    }

    @Test
    void alteringThePublicationMakesAnotherGenerationOfTheSlot() {
        KeptSlot created = keeper.create();
        outbox.jdbc().execute("alter publication \"" + name + "\" set (publish = 'insert, update')");
        KeptSlot altered = keeper.find().orElseThrow();
        assertThat(altered.generation()).isNotEqualTo(created.generation());

        outbox.jdbc().execute("alter publication \"" + name + "\" drop table patterns_outbox");
        assertProblem(Problem.PUBLICATION, "does not have all rows", "Drop it");
        outbox.jdbc().execute("drop publication \"" + name + "\"");
        assertThat(keeper.find().orElseThrow().generation()).isNotEqualTo(altered.generation());
    }

    @Test
    void aPublicationOfSomeRowsIsNotEnough() {
        outbox.jdbc()
                .execute("create publication \"" + name
                        + "\" for table patterns_outbox where (shard = 0) with (publish = 'insert',"
                        + " publish_via_partition_root = true)");
        assertThatExceptionOfType(SlotUnavailableException.class)
                .isThrownBy(keeper::create)
                .withMessageContaining("does not have all rows");
    }

    @Test
    void whereNothingMayBeCreatedItSaysWhatIsMissing() {
        JdbcSlotKeeper strict = new JdbcSlotKeeper(outbox.dataSource(), outbox.slot(), false, NetworkTimeout.DEFAULT);
        assertThatExceptionOfType(SlotUnavailableException.class)
                .isThrownBy(strict::find)
                .withMessageContaining("patterns.outbox.cdc.create is false")
                .withMessageMatching(".*is missing.*create publication .*select pg_create_logical_replication_slot\\('"
                        + name + "', 'pgoutput'(, failover => true)?\\)");
        createByHand();
        assertThatExceptionOfType(SlotUnavailableException.class)
                .isThrownBy(strict::find)
                .withMessageContaining("create publication")
                .satisfies(e -> assertThat(e.problem()).isEqualTo(Problem.PUBLICATION));
    }

    @Test
    void aSlotOfAnotherKindIsRefused() {
        outbox.jdbc().queryForList("select pg_create_logical_replication_slot(?, 'test_decoding')", name);
        assertProblem(Problem.SLOT, "is not one of pgoutput", "one of test_decoding on", "patterns.outbox.cdc.slot");
        assertNotDropped("test_decoding");
    }

    @Test
    void aPhysicalSlotIsRefused() {
        outbox.jdbc().queryForList("select pg_create_physical_replication_slot(?)", name);
        try {
            assertProblem(Problem.SLOT, "is not one of pgoutput", "a physical one");
            assertNotDropped("a physical one");
        } finally {
            outbox.jdbc().queryForList("select pg_drop_replication_slot(?)", name);
        }
    }

    @Test
    void aSlotOfAnotherDatabaseIsRefused() {
        try (TestOutbox other = new TestOutbox()) {
            other.jdbc().queryForList("select pg_create_logical_replication_slot(?, 'pgoutput')", name);
            assertProblem(Problem.SLOT, "is not one of pgoutput on this database", "one of pgoutput on the database");
            assertNotDropped("one of pgoutput on the database");
        }
    }

    @Test
    void aSlotLostWithEventsThatWereNowhereElseIsNotPassedOver() {
        keeper.registerMessages();
        keeper.create();
        assertThat(keeper.acceptLoss()).as("nothing is lost").isFalse();
        keeper.drop();

        assertProblem(Problem.LOST_EVENTS, "does not exist any more", "acceptLoss");
        createByHand();
        assertProblem(Problem.LOST_EVENTS, "does not exist any more", "acceptLoss");
        keeper.drop();
        assertThat(keeper.acceptLoss()).isTrue();
        assertThat(keeper.find()).isEmpty();
        assertThat(keeper.create()).isEqualTo(keeper.find().orElseThrow());
    }

    @Test
    void anotherNameForASlotThatMayHaveEventsIsRefusedUntilItIsSetBack() {
        keeper.registerMessages();
        KeptSlot created = keeper.create();
        ReplicationSlot renamed = new ReplicationSlot(
                name + "_2", name, outbox.slot().eventPrefix(), outbox.slot().markPrefix());
        JdbcSlotKeeper other = new JdbcSlotKeeper(outbox.dataSource(), renamed, true, NetworkTimeout.DEFAULT);
        assertThatExceptionOfType(SlotUnavailableException.class)
                .isThrownBy(other::find)
                .withMessageContaining("events may be in '" + name + "'")
                .withMessageContaining("Nothing is lost")
                .satisfies(e -> assertThat(e.problem()).isEqualTo(Problem.SLOT));
        assertThat(keeper.find()).contains(created);
        assertThat(keeper.acceptLoss()).as("nothing was lost").isFalse();
    }

    @Test
    void aSlotIsCreatedHoweverShortTheTimeoutsOfTheRoleAre() throws Exception {
        Connection open = longTransaction();
        CompletableFuture<KeptSlot> creating = CompletableFuture.supplyAsync(impatient()::create);
        try {
            awaitBeingCreated();
            await().atMost(Duration.ofMinutes(1))
                    .during(TIMEOUT.multipliedBy(3))
                    .until(() -> !creating.isDone());
        } finally {
            open.close();
        }
        assertThat(creating).succeedsWithin(Duration.ofSeconds(30));
        assertThat(keeper.find()).contains(creating.join());
    }

    @Test
    void aCreationThatIsCancelledSaysWhatItWaitedFor() throws Exception {
        Connection open = longTransaction();
        try {
            CompletableFuture<KeptSlot> creating = CompletableFuture.supplyAsync(keeper::create);
            awaitBeingCreated();
            outbox.jdbc()
                    .queryForList(
                            "select pg_cancel_backend(active_pid) from pg_replication_slots where slot_name = ?", name);
            assertThat(creating)
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withMessageContaining("pg_prepared_xacts")
                    .withMessageNotContaining("max_replication_slots");
        } finally {
            open.close();
        }
    }

    @Test
    void aSlotThatIsThereAlreadyIsNotForWantOfRoom() {
        keeper.create();
        assertThatExceptionOfType(SlotUnavailableException.class)
                .isThrownBy(keeper::create)
                .withMessageEndingWith("already exists")
                .satisfies(e -> assertThat(e.problem()).isEqualTo(Problem.SLOT));
    }

    @Test
    void aRoleThatMayNotCreateItIsNamedWithWhatToDo() throws SQLException {
        keeper.create();
        keeper.drop();
        String role = "clerk of " + name;
        outbox.jdbc().execute("create role \"" + role + "\" login password 'clerk'");
        try {
            outbox.jdbc().execute("grant select, update on all tables in schema public to \"" + role + "\"");
            PGSimpleDataSource restricted = new PGSimpleDataSource();
            restricted.setUrl(
                    outbox.dataSource().unwrap(PGSimpleDataSource.class).getUrl());
            restricted.setUser(role);
            restricted.setPassword("clerk");
            assertThatExceptionOfType(SlotUnavailableException.class)
                    .isThrownBy(new JdbcSlotKeeper(restricted, outbox.slot(), true, NetworkTimeout.DEFAULT)::create)
                    .withMessageContainingAll(
                            "data source's role, \"" + role + "\", whatever patterns.outbox.cdc.username is",
                            "alter role \"" + role + "\" replication",
                            "rds_replication",
                            "patterns.outbox.cdc.create=false",
                            "pg_create_logical_replication_slot('" + name + "'")
                    .satisfies(e -> assertThat(e.problem()).isEqualTo(Problem.PERMISSION));
        } finally {
            outbox.jdbc().execute("drop owned by \"" + role + "\"");
            outbox.jdbc().execute("drop role \"" + role + "\"");
        }
    }

    @Test
    void onceUsedASlotStaysSoForEventsMayBeInIt() {
        keeper.registerMessages();
        assertThat(keeper.hasBeenUsed()).isFalse();
        keeper.create();
        assertThat(keeper.hasBeenUsed()).isTrue();
        keeper.drop();
        assertProblem(Problem.LOST_EVENTS, "acceptLoss");
        assertThat(keeper.acceptLoss()).isTrue();
        assertThat(keeper.hasBeenUsed()).isTrue();
    }

    @Test
    void itSaysWhyTheDatabaseDoesWithoutASlot() {
        try (PostgresServer server = PostgresServer.builder()
                .embedded()
                .setting("max_replication_slots", "1")
                .setting("idle_replication_slot_timeout", "1s")
                .start()) {
            DataSource dataSource = server.dataSource(server.createDatabase());
            PatternSchema.of("outbox", "patterns_outbox").createIfMissing(dataSource);
            JdbcTemplate jdbc = new JdbcTemplate(dataSource);
            JdbcSlotKeeper sparse = new JdbcSlotKeeper(dataSource, outbox.slot(), true, NetworkTimeout.DEFAULT);

            jdbc.queryForList("select pg_create_logical_replication_slot(?, 'test_decoding')", name);
            awaitLost(jdbc);
            assertProblem(sparse, Problem.SLOT, "one of test_decoding");
            assertThat(lost(jdbc)).as("others' slots").hasSize(1);

            jdbc.queryForList("select pg_drop_replication_slot(?)", name);
            jdbc.queryForList("select pg_create_physical_replication_slot('another')");
            assertThatExceptionOfType(SlotUnavailableException.class)
                    .isThrownBy(sparse::create)
                    .withMessageContaining("Look at max_replication_slots");

            jdbc.queryForList("select pg_drop_replication_slot('another')");
            sparse.create();
            awaitLost(jdbc);
            sparse.registerMessages();
            assertProblem(sparse, Problem.LOST_EVENTS, "idle_replication_slot_timeout", "acceptLoss");
            assertThat(sparse.acceptLoss()).isTrue();
            JdbcSlotKeeper strict = new JdbcSlotKeeper(dataSource, outbox.slot(), false, NetworkTimeout.DEFAULT);
            assertProblem(strict, Problem.SLOT, "is lost", "pg_drop_replication_slot('" + name + "'); select");
            assertThat(sparse.find()).isEmpty();
            assertThat(lost(jdbc)).as("the outbox's").isEmpty();
        }
    }

    private void awaitLost(JdbcTemplate jdbc) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            jdbc.execute("checkpoint");
            return !lost(jdbc).isEmpty();
        });
    }

    private List<String> lost(JdbcTemplate jdbc) {
        return jdbc.queryForList(
                "select slot_name from pg_replication_slots where slot_name = ? and wal_status = 'lost'",
                String.class,
                name);
    }

    @Test
    void marksSayWhatHadBeenCommittedAndOfWhichSlot() throws Exception {
        KeptSlot created = keeper.create();
        outbox.transaction().executeWithoutResult(status -> {
            outbox.store().insert(List.of(EVENT));
            keeper.mark("open");
        });
        keeper.mark("me");

        MarkText open = MarkText.parse(outbox.marks().get(0));
        MarkText after = MarkText.parse(outbox.marks().get(1));
        long transaction = outbox.logged().get(0).transactionId();
        assertThat(open.committed().sees(transaction)).isFalse();
        assertThat(after.committed().sees(transaction)).isTrue();
        assertThat(after.setBy()).isEqualTo("me");
        assertThat(after.generation()).isEqualTo(created.generation());
    }

    private JdbcSlotKeeper impatient() throws SQLException {
        PGSimpleDataSource impatient = outbox.newDataSource().unwrap(PGSimpleDataSource.class);
        impatient.setOptions(outbox.jdbc()
                .queryForObject(
                        "select string_agg('-c ' || name || '=" + TIMEOUT.toMillis()
                                + "', ' ') from pg_settings where name"
                                + " in ('statement_timeout', 'lock_timeout', 'transaction_timeout',"
                                + " 'idle_in_transaction_session_timeout')",
                        String.class));
        return new JdbcSlotKeeper(impatient, outbox.slot(), true, NetworkTimeout.DEFAULT);
    }

    /** No slot is complete before it has ended. */
    private Connection longTransaction() throws SQLException {
        Connection connection = outbox.dataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_current_xact_id()");
        }
        return connection;
    }

    private void awaitBeingCreated() {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !outbox.jdbc()
                        .queryForList(
                                "select 1 from pg_replication_slots where slot_name = ? and active_pid is not null",
                                name)
                        .isEmpty());
    }

    private void assertNotDropped(String kind) {
        assertThatExceptionOfType(SlotUnavailableException.class)
                .isThrownBy(keeper::drop)
                .withMessageContaining(kind)
                .satisfies(e -> assertThat(e.problem()).isEqualTo(Problem.SLOT));
        assertThat(outbox.jdbc().queryForList("select 1 from pg_replication_slots where slot_name = ?", name))
                .hasSize(1);
    }

    private void createByHand() {
        outbox.jdbc().queryForList("select pg_create_logical_replication_slot(?, 'pgoutput')", name);
    }

    private void assertProblem(Problem problem, String... messages) {
        assertProblem(keeper, problem, messages);
    }

    private static void assertProblem(JdbcSlotKeeper keeper, Problem problem, String... messages) {
        assertThatExceptionOfType(SlotUnavailableException.class)
                .isThrownBy(keeper::find)
                .withMessageContainingAll(messages)
                .satisfies(e -> assertThat(e.problem()).isEqualTo(problem));
    }
}
