package io.micropatterns.outbox.contract;

import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.codec.HeaderCodec;
import io.micropatterns.outbox.codec.MessageCodec;
import io.micropatterns.test.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** An empty outbox in a database of its own, with a publication and a slot; what is written to it goes to its log. */
final class LoggedOutbox implements AutoCloseable {

    static final String EVENTS = "outbox, (events)?";
    static final String MARKS = "outbox, [marks]+";

    private static final String INSERT = "insert into patterns_outbox (shard, id, type, topic, key, payload, headers)"
            + " values (?, ?, ?, ?, ?, ?, ?)";

    private final String database = PostgresServer.shared().createDatabase();
    private final String name = "outbox_" + UUID.randomUUID().toString().replace('-', '_');
    private final DataSource dataSource = PostgresServer.shared().dataSource(database);
    private final JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    private final HeaderCodec headers = new HeaderCodec();
    private final MessageCodec messages = new MessageCodec();

    LoggedOutbox() {
        PatternSchema.of("outbox", "patterns_outbox").createIfMissing(dataSource);
        jdbc.execute("create publication " + name
                + " for table patterns_outbox with (publish = 'insert', publish_via_partition_root = true)");
        jdbc.queryForMap("select pg_create_logical_replication_slot(?, 'pgoutput')", name);
    }

    ReplicationAddress address() {
        PostgresServer server = PostgresServer.shared();
        return new ReplicationAddress(
                server.jdbcUrl(database), server.username(), server.password().isEmpty() ? null : server.password());
    }

    ReplicationSlot slot() {
        return new ReplicationSlot(name, name, EVENTS, MARKS);
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }

    /** Stores an event in a transaction of its own. */
    void store(OutboxRecord event) {
        store(jdbc, event, headers.encode(event.headers()));
    }

    /** Stores an event with headers that the library would not have written. */
    void store(OutboxRecord event, @Nullable String headerText) {
        store(jdbc, event, headerText);
    }

    /** Puts an event into the log alone, in a transaction of its own. */
    void log(OutboxRecord event) {
        log(jdbc, event);
    }

    private void store(JdbcTemplate to, OutboxRecord event, @Nullable String headerText) {
        to.update(
                INSERT,
                event.shard(),
                event.id(),
                event.type(),
                event.topic(),
                event.key(),
                event.payload(),
                headerText);
    }

    private void log(JdbcTemplate to, OutboxRecord event) {
        message(to, true, EVENTS, messages.encode(event));
    }

    private static void message(JdbcTemplate to, boolean transactional, String prefix, byte[] content) {
        to.queryForObject(
                "select pg_logical_emit_message(?, ?, ?)::text", String.class, transactional, prefix, content);
    }

    void message(boolean transactional, String prefix, byte[] content) {
        message(jdbc, transactional, prefix, content);
    }

    /** Sets a mark after all that has been committed. */
    void mark(String text) {
        jdbc.queryForObject("select pg_logical_emit_message(false, ?, ?)::text", String.class, MARKS, text);
    }

    /** A transaction that stays open until it is told how to end. */
    Transaction begin() {
        return new Transaction();
    }

    /** Up to where the slot has been confirmed. */
    long confirmed() {
        String lsn = jdbc.queryForObject(
                "select confirmed_flush_lsn::text from pg_replication_slots where slot_name = ?", String.class, name);
        return LogSequenceNumber.valueOf(lsn).asLong();
    }

    boolean slotExists() {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "select exists (select from pg_replication_slots where slot_name = ?)", Boolean.class, name));
    }

    void awaitStreaming() {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(this::isStreaming);
    }

    void awaitNoStreaming() {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !isStreaming());
    }

    private boolean isStreaming() {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "select count(*) > 0 from pg_replication_slots where slot_name = ? and active", Boolean.class, name));
    }

    /** Ends the server's process that serves the stream. */
    void terminateStreaming() {
        jdbc.queryForList(
                "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = ?", name);
    }

    void dropSlot() {
        Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
            terminateStreaming();
            jdbc.queryForList(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ?", name);
            return true;
        });
    }

    void dropPublication() {
        jdbc.execute("drop publication " + name);
    }

    @Override
    public void close() {
        dropSlot();
        PostgresServer.shared().dropDatabase(database);
    }

    final class Transaction implements AutoCloseable {

        private final SingleConnectionDataSource connection;
        private final JdbcTemplate own;

        private Transaction() {
            try {
                Connection opened = dataSource.getConnection();
                opened.setAutoCommit(false);
                connection = new SingleConnectionDataSource(opened, true);
                own = new JdbcTemplate(connection);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        Transaction store(OutboxRecord event) {
            LoggedOutbox.this.store(own, event, headers.encode(event.headers()));
            return this;
        }

        Transaction log(OutboxRecord event) {
            LoggedOutbox.this.log(own, event);
            return this;
        }

        Transaction mark(String text) {
            own.queryForObject("select pg_logical_emit_message(false, ?, ?)::text", String.class, MARKS, text);
            return this;
        }

        Transaction execute(String sql) {
            own.execute(sql);
            return this;
        }

        long id() {
            Long id = own.queryForObject("select pg_current_xact_id()::text::bigint", Long.class);
            return id == null ? 0 : id;
        }

        void commit() {
            own.execute("commit");
            connection.destroy();
        }

        void rollBack() {
            own.execute("rollback");
            connection.destroy();
        }

        @Override
        public void close() {
            connection.destroy();
        }
    }
}
