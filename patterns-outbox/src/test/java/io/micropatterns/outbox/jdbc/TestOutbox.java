package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.test.postgres.PostgresServer;
import javax.sql.DataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** An empty outbox in a database of its own. */
final class TestOutbox implements AutoCloseable {

    private final String database = PostgresServer.shared().createDatabase();
    private final DataSource dataSource = PostgresServer.shared().dataSource(database);
    private final TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));

    TestOutbox() {
        PatternSchema.of("outbox", "patterns_outbox").createIfMissing(dataSource);
    }

    TransactionTemplate transaction() {
        return transaction;
    }

    JdbcOutboxStore store() {
        return new JdbcOutboxStore(dataSource);
    }

    JdbcOutboxLog log() {
        return new JdbcOutboxLog(dataSource, transaction);
    }

    @Override
    public void close() {
        PostgresServer.shared().dropDatabase(database);
    }
}
