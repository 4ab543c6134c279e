package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.wal.WalChangeSource;
import io.micropatterns.test.postgres.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
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

    DataSource dataSource() {
        return dataSource;
    }

    /** Another one of the same database, for whoever alters it. */
    DataSource newDataSource() {
        return PostgresServer.shared().dataSource(database);
    }

    JdbcTemplate jdbc() {
        return new JdbcTemplate(dataSource);
    }

    ReplicationSlot slot() {
        return SlotNames.of(log().identity("jdbc"), null, null);
    }

    JdbcSlotKeeper keeper() {
        return new JdbcSlotKeeper(dataSource, slot(), true, NetworkTimeout.DEFAULT);
    }

    /** The events in the log since the slot was created. */
    List<Change.Event> logged() throws InterruptedException {
        return changes().stream()
                .filter(Change.Event.class::isInstance)
                .map(Change.Event.class::cast)
                .toList();
    }

    /** The texts of the marks in the log since then. */
    List<String> marks() throws InterruptedException {
        return changes().stream()
                .filter(Change.Mark.class::isInstance)
                .map(change -> ((Change.Mark) change).text())
                .toList();
    }

    private List<Change> changes() throws InterruptedException {
        PostgresServer server = PostgresServer.shared();
        ReplicationAddress address =
                new ReplicationAddress(server.jdbcUrl(database), server.username(), server.password());
        keeper().find();
        String end = UUID.randomUUID().toString();
        keeper().mark(end);
        List<Change> changes = new ArrayList<>();
        try (ChangeStream stream = new WalChangeSource(address, Thread::new).open(slot())) {
            while (true) {
                Change change = stream.next(Duration.ofSeconds(30));
                if (change == null) {
                    throw new AssertionError("the mark does not come: " + changes);
                }
                if (change instanceof Change.Mark mark && mark.text().startsWith(end)) {
                    return changes;
                }
                changes.add(change);
            }
        }
    }

    @Override
    public void close() {
        PostgresServer.shared().dropDatabase(database);
    }
}
