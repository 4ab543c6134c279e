package io.micropatterns.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.cdc.KeptSlot;
import io.micropatterns.outbox.cdc.SlotFigures;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlotWatchTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestOutbox outbox = new TestOutbox();
    private final JdbcSlotKeeper keeper = outbox.keeper();
    private final String name = outbox.slot().name();

    @AfterEach
    void dropOutbox() {
        outbox.close();
    }

    @Test
    void theSlotInUseIsGivenUpWhereItKeepsTooMuch() {
        keeper.create();
        assertThat(watch(Long.MAX_VALUE).exists()).isTrue();
        assertThat(watch(0).exists()).as("no bound").isTrue();

        assertThat(watch(1).retainedBytes()).isGreaterThan(1);
        assertThat(watch(1).exists()).as("it was given up").isFalse();
    }

    @Test
    void aSlotWithEventsOfItsOwnIsKept() {
        keeper.registerMessages();
        keeper.create();
        assertKept();
    }

    @Test
    void aSlotWhoseCreationKeepsTooMuchIsGivenUp() throws Exception {
        keeper.registerMessages();
        try (Connection open = outbox.dataSource().getConnection()) {
            open.setAutoCommit(false);
            open.createStatement().execute("select pg_current_xact_id()");
            CompletableFuture<KeptSlot> creating = CompletableFuture.supplyAsync(keeper::create);
            await().atMost(PATIENCE).until(() -> watch(Long.MAX_VALUE).exists());

            await().atMost(PATIENCE).until(() -> !watch(1).exists());
            assertThat(creating).failsWithin(PATIENCE);
        }
    }

    @Test
    void aSlotThatNoRelayHasTakenIsKept() {
        create("pgoutput");
        assertKept();
    }

    @Test
    void aSlotUnderANameOtherThanTheOneInUseIsKept() {
        create("pgoutput");
        outbox.jdbc().update("update patterns_outbox_slot set name = 'another', generation = '1'");
        assertKept();
    }

    @Test
    void aSlotThatOthersHaveMadeInPlaceOfTheOneInUseIsKept() {
        keeper.create();
        keeper.drop();
        create("test_decoding");
        assertKept();
    }

    private void assertKept() {
        assertThat(watch(1).retainedBytes()).isGreaterThan(1);
        assertThat(watch(1).exists()).isTrue();
    }

    private void create(String plugin) {
        outbox.jdbc().queryForList("select pg_create_logical_replication_slot(?, ?)", name, plugin);
    }

    private SlotFigures watch(long maxRetained) {
        SlotWatch watch = new SlotWatch(outbox.dataSource(), keeper, name, 0, maxRetained, NetworkTimeout.DEFAULT);
        watch.run();
        return watch.lastSeen().orElseThrow();
    }
}
