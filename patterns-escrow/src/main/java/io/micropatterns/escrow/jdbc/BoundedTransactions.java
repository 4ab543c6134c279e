package io.micropatterns.escrow.jdbc;

import io.micropatterns.core.jdbc.NetworkTimeout;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;

/** Transactions in which no answer of the database is waited for longer than a network timeout. */
record BoundedTransactions(DataSource dataSource, NetworkTimeout timeout, TransactionOperations transactions)
        implements TransactionOperations {

    @Override
    public <T extends @Nullable Object> T execute(TransactionCallback<T> action) {
        return transactions.execute(status -> {
            timeout.applyToTransaction(dataSource);
            return action.doInTransaction(status);
        });
    }
}
