package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.EscrowDatabase;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.contract.EscrowStoreContract;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.springframework.transaction.support.TransactionOperations;

/** The contract on PostgreSQL. */
class JdbcEscrowStoreTests extends EscrowStoreContract {

    private EscrowDatabase database;

    @Override
    protected JdbcEscrowStore newStore() {
        database = new EscrowDatabase();
        return database.store(0);
    }

    @Override
    protected EscrowResources resources() {
        return database.resources();
    }

    @Override
    protected TransactionOperations transaction() {
        return database.transaction();
    }

    @Override
    protected void letExpire(UUID reservation) {
        database.letExpire(reservation);
    }

    @AfterEach
    void closeDatabase() {
        database.close();
    }
}
