package io.micropatterns.core.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the library needs to know of Spring's transactions. Thread-safe. */
public final class Transactions {

    private Transactions() {}

    /**
     * Whether the calling thread is in a transaction of this data source, which statements on it would commit and roll
     * back with; a transaction of another resource is none. Does no I/O.
     *
     * @throws org.springframework.dao.DataAccessException when the transaction's connection cannot be used
     */
    public static boolean isActive(DataSource dataSource) {
        return TransactionSynchronizationManager.isActualTransactionActive()
                && TransactionSynchronizationManager.hasResource(dataSource)
                && !autoCommits(dataSource);
    }

    /**
     * Opens transactions at READ COMMITTED, whatever the pool's default is: for work that takes a lock first and then
     * must see what was committed while it waited.
     */
    public static TransactionTemplate readCommitted(PlatformTransactionManager transactionManager) {
        TransactionTemplate template = new TransactionTemplate(transactionManager);
        template.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        return template;
    }

    /** In a transaction of another resource, a connection that was used before stays bound, and commits each statement. */
    private static boolean autoCommits(DataSource dataSource) {
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            return connection.getAutoCommit();
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException(
                    "The transaction's connection cannot be used: " + e.getMessage(), e);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }
}
