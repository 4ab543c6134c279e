package io.micropatterns.outbox.fault;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** The outbox's replication slot as an administrator sees it, and what one may do to it. */
final class Slot {

    private static final Duration AT_ONCE = Duration.ofMillis(5);

    /** A session that is still creating the slot has it too, and is none of those. */
    private static final String STREAMED = " from pg_replication_slots where database = current_database()"
            + " and plugin = 'pgoutput' and active_pid in (select pid from pg_stat_replication)";

    private final JdbcTemplate jdbc;

    Slot(Ledger ledger) {
        this.jdbc = new JdbcTemplate(ledger.server().dataSource(ledger.database()));
    }

    /** Its name, if there is one. */
    Optional<String> name() {
        return jdbc
                .queryForList(
                        "select slot_name::text from pg_replication_slots"
                                + " where database = current_database() and plugin = 'pgoutput'",
                        String.class)
                .stream()
                .findFirst();
    }

    /** Whether it is streamed. */
    boolean isActive() {
        return !jdbc.queryForList("select 1" + STREAMED).isEmpty();
    }

    private void awaitActive() {
        await("streaming")
                .atMost(Ledger.LONG)
                .ignoreExceptionsInstanceOf(DataAccessException.class)
                .until(this::isActive);
    }

    /** Waits until all that is in the log now has been streamed and confirmed: a slot that is in use may yet stand still. */
    void awaitStreamed() {
        String end = jdbc.queryForObject("select pg_current_wal_lsn()::text", String.class);
        await("streamed up to " + end)
                .atMost(Ledger.LONG)
                .ignoreExceptionsInstanceOf(DataAccessException.class)
                .until(() -> !jdbc.queryForList("select 1" + STREAMED + " and confirmed_flush_lsn >= ?::pg_lsn", end)
                        .isEmpty());
    }

    /** Ends whoever streams it. */
    void terminateStream() {
        jdbc.queryForList("select pg_terminate_backend(active_pid)" + STREAMED);
    }

    /** Drops it, however fast it is streamed again. */
    String drop() {
        awaitActive();
        String name = name().orElseThrow();
        await("slot dropped")
                .atMost(Ledger.LONG)
                .pollInterval(AT_ONCE)
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsInstanceOf(DataAccessException.class)
                .until(() -> {
                    terminateStream();
                    jdbc.queryForList("select pg_drop_replication_slot(?)", name);
                    return true;
                });
        return name;
    }

    /** Drops it, and makes another one of its name before the relay does. */
    void recreate() {
        await("slot re-created by hand")
                .atMost(Ledger.LONG)
                .ignoreExceptionsInstanceOf(DataAccessException.class)
                .until(() -> {
                    jdbc.queryForList("select pg_create_logical_replication_slot(?, 'pgoutput')", drop());
                    return true;
                });
    }

    /** Drops its publication. */
    void dropPublication() {
        jdbc.execute("drop publication " + name().orElseThrow());
    }

    /** Makes the publication that was dropped anew, unless the relay is faster. */
    void createPublication() {
        try {
            jdbc.execute("create publication " + name().orElseThrow()
                    + " for table patterns_outbox with (publish = 'insert', publish_via_partition_root = true)");
        } catch (DataAccessException e) {
            if (publication().isEmpty()) {
                throw e;
            }
        }
    }

    /** Writes log that is nobody's. */
    void fill(int megabytes) {
        jdbc.queryForList(
                "select pg_logical_emit_message(false, 'filler', repeat('x', 1000000))::text"
                        + " from generate_series(1, ?)",
                megabytes);
    }

    /** What identifies the publication now, or nothing. */
    Optional<Long> publication() {
        return jdbc.queryForList("select oid::bigint from pg_publication", Long.class).stream()
                .findFirst();
    }
}
