package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.SlotUnavailableException;
import io.micropatterns.outbox.cdc.SlotUnavailableException.Problem;
import io.micropatterns.outbox.cdc.TransactionIds;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.NestedRuntimeException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** The slot as the database has it, in {@code pg_replication_slots}. Thread-safe. */
final class DatabaseSlot {

    private static final Duration CREATING = Duration.ofHours(12);
    private static final int TERMINATION_ATTEMPTS = 50;
    private static final int TERMINATION_MILLIS = 100;
    private static final int FAILOVER_SLOTS = 170_000;
    private static final String NO_PERMISSION = "42501";
    private static final String NO_ROOM = "53400";
    private static final String CANCELLED = "57014";
    private static final String OURS = "plugin = 'pgoutput' and database = current_database()";

    /** Until the end of the transaction; the settings are those that this version of the database has. */
    private static final String UNTIMED = "select set_config(name, '0', true) from pg_settings"
            + " where name in ('statement_timeout', 'lock_timeout', 'transaction_timeout')";

    private final JdbcTemplate jdbc;
    private final JdbcTemplate patientJdbc;
    private final TransactionTemplate patientTransaction;
    private final String name;

    DatabaseSlot(DataSource dataSource, NetworkTimeout timeout, String name) {
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout));
        DataSource patient = new AutoCommitDataSource(dataSource, timeout.orMore(CREATING));
        this.patientJdbc = new JdbcTemplate(patient);
        this.patientTransaction = new TransactionTemplate(new JdbcTransactionManager(patient));
        this.name = name;
    }

    /**
     * Its row.
     *
     * @param foreign what it is, if it is not one of {@code pgoutput} on this database
     * @param activePid the process that has it: sends its stream, creates it, or reads it by a query
     * @param lost why it cannot be streamed any more
     * @param confirmed where its next stream begins; 0 while it is being created
     * @param oldest no transaction that it still has is older than this one
     */
    record Row(
            @Nullable String foreign,
            @Nullable Integer activePid,
            @Nullable String lost,
            long confirmed,
            long oldest) {}

    @Nullable
    Row row() {
        return jdbc
                .query(
                        "select case when " + OURS + " then null when slot_type = 'physical' then 'a physical one'"
                                + " else 'one of ' || plugin || ' on the database ' || database end as foreign_kind,"
                                + " active_pid, wal_status = 'lost' as lost,"
                                + " coalesce(to_jsonb(s) ->> 'invalidation_reason', 'wal_removed') as reason,"
                                + " coalesce(confirmed_flush_lsn - '0/0', 0)::bigint as confirmed,"
                                + " catalog_xmin::text::bigint as oldest,"
                                + " pg_snapshot_xmax(pg_current_snapshot())::text::bigint as newest"
                                + " from pg_replication_slots s where slot_name = ?",
                        (row, index) -> new Row(
                                row.getString("foreign_kind"),
                                row.getObject("active_pid", Integer.class),
                                row.getBoolean("lost") ? why(row.getString("reason")) : null,
                                row.getLong("confirmed"),
                                TransactionIds.complete(row.getLong("oldest"), row.getLong("newest"))),
                        name)
                .stream()
                .findFirst()
                .orElse(null);
    }

    private static String why(String reason) {
        return switch (reason) {
            case "wal_removed" -> "the database has removed log that it still needed (max_slot_wal_keep_size)";
            case "rows_removed" ->
                "the database has removed rows of its catalogues that it still needed (hot_standby_feedback of a standby)";
            case "wal_level_insufficient" -> "the database's wal_level has not been 'logical' for a while";
            case "idle_timeout" ->
                "nobody has streamed it for longer than the database's idle_replication_slot_timeout";
            default -> "the database has invalidated it (" + reason + ")";
        };
    }

    /**
     * Refuses what others have under its name.
     *
     * @throws SlotUnavailableException when it is not one of {@code pgoutput} on this database
     */
    void requireOurs(Row row) {
        if (row.foreign() != null) {
            throw new SlotUnavailableException(
                    Problem.SLOT,
                    "The replication slot '" + name + "' is not one of pgoutput on this database, but " + row.foreign()
                            + ", and left to whoever has made it. Choose another name by patterns.outbox.cdc.slot, or"
                            + " drop it if nobody needs it",
                    null);
        }
    }

    /** Blocks until all transactions have ended that are in progress now, in the whole database. */
    Row create() {
        try {
            String creation = creation("?");
            patientTransaction.executeWithoutResult(status -> {
                patientJdbc.queryForList(UNTIMED);
                patientJdbc.queryForList(creation, name);
            });
        } catch (DataAccessException | TransactionException e) {
            throw refused(e);
        }
        Row row = row();
        if (row == null) {
            throw new ChangeStreamException("The replication slot '" + name + "' was dropped at once", null);
        }
        return row;
    }

    /** The statement that creates it. One query. */
    String creation() {
        return creation("'" + name + "'");
    }

    private String creation(String named) {
        return "select pg_create_logical_replication_slot(" + named + ", 'pgoutput'"
                + (serverVersion() >= FAILOVER_SLOTS ? ", failover => true)" : ")");
    }

    /** The statement that drops it. */
    String dropping() {
        return "select pg_drop_replication_slot('" + name + "')";
    }

    private int serverVersion() {
        Integer version = jdbc.queryForObject("select current_setting('server_version_num')::int", Integer.class);
        return version == null ? 0 : version;
    }

    private SlotUnavailableException refused(NestedRuntimeException e) {
        return new SlotUnavailableException(
                isPermission(e) ? Problem.PERMISSION : Problem.SLOT,
                "The replication slot '" + name + "' cannot be created: "
                        + NestedExceptionUtils.getMostSpecificCause(e).getMessage()
                        + (isPermission(e) ? adviceOnRights() : advice(sqlState(e))),
                e);
    }

    private String adviceOnRights() {
        String role = jdbc.queryForObject("select quote_ident(current_user)", String.class);
        return ". It is created by the data source's role, " + role
                + ", whatever patterns.outbox.cdc.username is. Give it REPLICATION (alter role " + role
                + " replication; Amazon RDS: grant rds_replication to " + role
                + "), or set patterns.outbox.cdc.create=false and have an administrator create the slot: " + creation();
    }

    private static String advice(String sqlState) {
        return switch (sqlState) {
            case NO_ROOM -> ". Look at max_replication_slots, and at pg_replication_slots for slots that nobody uses";
            case CANCELLED ->
                ". Creating it takes until all transactions have ended that are in progress, and was cancelled before that:"
                        + " look for old ones in pg_stat_activity (xact_start) and pg_prepared_xacts";
            default -> "";
        };
    }

    /**
     * Ends whoever has it first.
     *
     * @throws SlotUnavailableException when it is not one of {@code pgoutput} on this database, or the role may not
     */
    void drop() {
        Row row = row();
        if (row == null) {
            return;
        }
        requireOurs(row);
        end(row, "");
        permitted("drop it (" + dropping() + ")", () -> {
            jdbc.queryForList(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ? and "
                            + OURS,
                    name);
        });
    }

    /**
     * Ends the stream of whoever streams it, and blocks until nobody has it any more. Whoever has it without a stream,
     * as the session that creates it has until its last moment, is waited for alone. For one that is ours.
     *
     * @return its row from then on, or nothing where it is there no more
     */
    @Nullable
    Row endStream(Row found) {
        return end(found, " and active_pid in (select pid from pg_stat_replication)");
    }

    private @Nullable Row end(Row found, String which) {
        Integer pid = found.activePid();
        if (pid == null) {
            return found;
        }
        permitted("end process " + pid + " (pg_signal_backend), which still has it", () -> {
            jdbc.queryForList(
                    "select pg_terminate_backend(active_pid) from pg_replication_slots"
                            + " where slot_name = ? and active_pid = ? and " + OURS + which,
                    name,
                    pid);
        });
        for (int attempt = 0; attempt < TERMINATION_ATTEMPTS; attempt++) {
            Row row = row();
            if (row == null || row.activePid() == null) {
                return row;
            }
            try {
                Thread.sleep(TERMINATION_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new ChangeStreamException(
                "The replication slot '" + name + "' is in use by process " + pid
                        + ", which does not end, or is followed by another. Look in pg_stat_activity for who has"
                        + " the slot, and stop that: it is for the outbox's relay alone",
                null);
    }

    private void permitted(String what, Runnable statement) {
        try {
            statement.run();
        } catch (DataAccessException e) {
            if (!isPermission(e)) {
                throw e;
            }
            throw new SlotUnavailableException(
                    Problem.PERMISSION,
                    "The replication slot '" + name + "' needs someone with the right to " + what + ": "
                            + NestedExceptionUtils.getMostSpecificCause(e).getMessage(),
                    e);
        }
    }

    private static boolean isPermission(NestedRuntimeException e) {
        return NO_PERMISSION.equals(sqlState(e));
    }

    private static String sqlState(NestedRuntimeException e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException sql
                ? Objects.requireNonNullElse(sql.getSQLState(), "")
                : "";
    }
}
