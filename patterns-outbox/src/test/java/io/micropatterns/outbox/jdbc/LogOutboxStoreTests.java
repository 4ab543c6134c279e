package io.micropatterns.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.MarkText;
import io.micropatterns.outbox.contract.OutboxStoreContract;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** The contract on the database's log alone; and the table where the log is not to be had. */
class LogOutboxStoreTests extends OutboxStoreContract {

    private final AtomicBoolean full = new AtomicBoolean();
    private TestOutbox outbox;
    private OutboxStore store;

    @Override
    protected OutboxStore newStore() {
        outbox = new TestOutbox();
        outbox.keeper().create();
        store = new LogOutboxStore(outbox.dataSource(), outbox.slot(), outbox.store(), full::get);
        return store;
    }

    @Override
    protected TransactionOperations transaction() {
        return outbox.transaction();
    }

    @Override
    protected List<OutboxRecord> committed(int shard) {
        try {
            return outbox.logged().stream()
                    .map(Change.Event::event)
                    .filter(event -> event.shard() == shard)
                    .toList();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Optional<OutboxRecord> refused() {
        return Optional.empty();
    }

    @Test
    void storesNothingInTheTable() {
        store(2);

        assertThat(committed(0)).hasSize(2);
        assertThat(rows()).isZero();
    }

    @Test
    void storesInTheTableWhereThereIsNoSlotToKeepTheLog() {
        outbox.keeper().drop();
        store(1);
        store(3);

        assertThat(rows()).isEqualTo(4);
        outbox.keeper().create();
        store(1);
        assertThat(rows()).isEqualTo(4);
        assertThat(committed(0)).hasSize(1);
    }

    @Test
    void storesInTheTableWhileALossIsNotAccepted() {
        outbox.keeper().lost("somebody has advanced it");
        store(2);
        assertThat(rows()).isEqualTo(2);

        assertThat(outbox.keeper().acceptLoss()).isTrue();
        assertThat(outbox.keeper().find()).isPresent();
        store(1);
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void noticesSoonThatTheSlotIsGone() {
        store(1);
        assertThat(rows()).isZero();
        outbox.keeper().drop();

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            store(1);
            return rows() > 0;
        });
    }

    /** A transaction's own snapshot has it for one that has ended, once others after it have. */
    @Test
    void setsAMarkBeforeTheEventsThatDoesNotTakeTheirOwnTransactionForOver() throws Exception {
        long[] own = new long[1];
        outbox.transaction().executeWithoutResult(status -> {
            own[0] = currentTransaction();
            long later = CompletableFuture.supplyAsync(this::currentTransaction).join();
            assertThat(later).isGreaterThan(own[0]);
            store(1);
        });

        MarkText mark = MarkText.parse(outbox.marks().get(0));
        assertThat(mark.setBy()).isEqualTo(MarkText.STORE);
        assertThat(mark.committed().sees(own[0])).isFalse();
        assertThat(mark.committed().sees(own[0] + 1)).isTrue();
    }

    private long currentTransaction() {
        return outbox.jdbc().queryForObject("select pg_current_xact_id()::text::bigint", Long.class);
    }

    @Test
    void storesInTheTableWhereTheLogIsFull() throws Exception {
        full.set(true);
        store(2);
        assertThat(outbox.logged()).hasSize(2).allMatch(Change.Event::stored);
        assertThat(rows()).isEqualTo(2);
    }

    private void store(int events) {
        outbox.transaction()
                .executeWithoutResult(status -> store.insert(IntStream.range(0, events)
                        .mapToObj(i -> new OutboxRecord(
                                0,
                                0,
                                UUID.randomUUID(),
                                "type",
                                "topic",
                                "key",
                                new byte[] {(byte) i},
                                Map.of(),
                                Instant.EPOCH))
                        .toList()));
    }

    private long rows() {
        return outbox.jdbc().queryForObject("select count(*) from only patterns_outbox_default", Long.class);
    }

    @AfterEach
    void dropOutbox() {
        outbox.close();
    }
}
