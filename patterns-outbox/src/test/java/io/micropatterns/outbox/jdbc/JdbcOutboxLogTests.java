package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.contract.OutboxLogContract;
import org.junit.jupiter.api.AfterEach;
import org.springframework.transaction.support.TransactionOperations;

/** The contract on PostgreSQL. */
class JdbcOutboxLogTests extends OutboxLogContract {

    private TestOutbox outbox;

    @Override
    protected void newOutbox() {
        outbox = new TestOutbox();
    }

    @Override
    protected void registerShards(int count) {
        outbox.log().registerShards(count);
    }

    @Override
    protected OutboxLog newLog() {
        return outbox.log();
    }

    @Override
    protected OutboxStore store() {
        return outbox.store();
    }

    @Override
    protected TransactionOperations transaction() {
        return outbox.transaction();
    }

    @AfterEach
    void dropOutbox() {
        outbox.close();
    }
}
