package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.contract.OutboxStoreContract;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.springframework.transaction.support.TransactionOperations;

/** The contract on PostgreSQL. */
class JdbcOutboxStoreTests extends OutboxStoreContract {

    private TestOutbox outbox;

    @Override
    protected OutboxStore newStore() {
        outbox = new TestOutbox();
        return outbox.store();
    }

    @Override
    protected TransactionOperations transaction() {
        return outbox.transaction();
    }

    @Override
    protected List<OutboxRecord> committed(int shard) {
        OutboxLog.Shard events = outbox.log().shard(shard);
        return events.read(events.beginning(), 10_000, Long.MAX_VALUE).rows();
    }

    /** PostgreSQL has no text with a zero byte. */
    @Override
    protected Optional<OutboxRecord> refused() {
        return Optional.of(new OutboxRecord(
                0, 0, UUID.randomUUID(), "contract", "topic", "k\0", new byte[0], Map.of(), Instant.EPOCH));
    }

    @AfterEach
    void dropOutbox() {
        outbox.close();
    }
}
