package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.KeptSlot;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.cdc.SlotKeeper;
import io.micropatterns.outbox.cdc.SlotUnavailableException;
import io.micropatterns.outbox.cdc.SlotUnavailableException.Problem;
import io.micropatterns.outbox.cdc.TransactionIds;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Looks after the slot and the publication with plain SQL. Thread-safe. */
public final class JdbcSlotKeeper implements SlotKeeper {

    private static final Logger log = LoggerFactory.getLogger(JdbcSlotKeeper.class);
    private static final Duration CREATING = Duration.ofHours(12);
    private static final int TERMINATION_ATTEMPTS = 50;
    private static final int TERMINATION_MILLIS = 100;
    private static final int FAILOVER_SLOTS = 170_000;
    private static final String NO_PERMISSION = "42501";

    private final JdbcTemplate jdbc;
    private final JdbcTemplate patientJdbc;
    private final ReplicationSlot slot;
    private final PublicationCheck publication;
    private final boolean create;

    /**
     * On the outbox's data source.
     *
     * @param slot the names
     * @param create whether slot and publication are created when they are missing
     * @param timeout how long an answer of the database is waited for, but in creating the slot
     */
    public JdbcSlotKeeper(DataSource dataSource, ReplicationSlot slot, boolean create, NetworkTimeout timeout) {
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout));
        this.patientJdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout.orMore(CREATING)));
        this.slot = slot;
        this.create = create;
        this.publication = new PublicationCheck(jdbc, slot.publication(), create);
    }

    @Override
    public Optional<KeptSlot> find() {
        requireLogicalWal();
        SlotRow row = row();
        String known = recordedGeneration();
        if (row == null || row.lost() != null) {
            if (known != null) {
                lost(row == null ? "it does not exist any more" : row.lost());
            }
            if (row != null) {
                drop();
            }
            if (!create) {
                throw new SlotUnavailableException(
                        Problem.SLOT,
                        "The replication slot '" + slot.name()
                                + "' does not exist, and patterns.outbox.cdc.create is false."
                                + " Create it: select pg_create_logical_replication_slot('" + slot.name()
                                + "', 'pgoutput')",
                        null);
            }
            return Optional.empty();
        }
        requireOurs(row);
        if (row.activePid() != null) {
            terminate(row.activePid());
        }
        String state = publication.require();
        if (known == null) {
            // Made by others; from here on it is told from what they may make of it later.
            known = Long.toHexString(row.confirmed());
            record(known);
        }
        return Optional.of(kept(row, known, state));
    }

    private KeptSlot kept(SlotRow row, String known, String publicationState) {
        return new KeptSlot(slot, known + "/" + publicationState, row.confirmed(), row.oldest());
    }

    /** Where events may have been in the log alone, nobody but an operator can say that it does not matter. */
    private void lost(@Nullable String how) {
        String what = "The replication slot '" + slot.name() + "' was lost: " + how;
        if (holdsMessages()) {
            throw new SlotUnavailableException(
                    Problem.LOST_EVENTS,
                    what
                            + ". Events that were stored in the database's log alone (patterns.outbox.storage=wal) and had not"
                            + " been published are lost with it. New events are stored in the table and relayed from there"
                            + " until that is accepted: POST to the outbox's endpoint, acceptLoss",
                    null);
        }
        log.warn("{}. Nothing is lost, for the events are in the table; a new slot will be created", what);
        record(null);
    }

    @Override
    public KeptSlot create() {
        requireLogicalWal();
        String state = publication.require();
        try {
            patientJdbc.queryForList(
                    serverVersion() >= FAILOVER_SLOTS
                            ? "select pg_create_logical_replication_slot(?, 'pgoutput', failover => true)"
                            : "select pg_create_logical_replication_slot(?, 'pgoutput')",
                    slot.name());
        } catch (DataAccessException e) {
            throw refused(e);
        }
        SlotRow row = Objects.requireNonNullElseGet(row(), () -> {
            throw new ChangeStreamException("The replication slot '" + slot.name() + "' was dropped at once", null);
        });
        String generation = Long.toHexString(row.confirmed());
        record(generation);
        log.info("Created the replication slot '{}'", slot.name());
        return kept(row, generation, state);
    }

    private SlotUnavailableException refused(DataAccessException e) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(e);
        boolean permission = cause instanceof SQLException sql && NO_PERMISSION.equals(sql.getSQLState());
        return new SlotUnavailableException(
                permission ? Problem.PERMISSION : Problem.SLOT,
                "The replication slot '" + slot.name() + "' cannot be created: " + cause.getMessage() + ". "
                        + (permission
                                ? "Give the role REPLICATION (alter role ... replication; on managed PostgreSQL by the"
                                        + " provider's role), or have the slot created by one that has it"
                                : "Look at max_replication_slots, and at pg_replication_slots for slots that nobody uses"),
                e);
    }

    private int serverVersion() {
        Integer version = jdbc.queryForObject("select current_setting('server_version_num')::int", Integer.class);
        return version == null ? 0 : version;
    }

    private void requireLogicalWal() {
        String level = jdbc.queryForObject("show wal_level", String.class);
        if (!"logical".equals(level)) {
            throw new SlotUnavailableException(
                    Problem.WAL_LEVEL,
                    "The database's wal_level is '" + level + "', and its log can be streamed with 'logical' only: set"
                            + " wal_level=logical (a managed PostgreSQL has a parameter for it) and restart it",
                    null);
        }
    }

    private void requireOurs(SlotRow row) {
        if (!row.ours()) {
            throw new SlotUnavailableException(
                    Problem.SLOT,
                    "The replication slot '" + slot.name()
                            + "' is not one of pgoutput on this database. Drop it, or choose"
                            + " another name by patterns.outbox.cdc.slot",
                    null);
        }
        if (row.confirmed() == 0) {
            throw new SlotUnavailableException(
                    Problem.SLOT,
                    "The replication slot '" + slot.name()
                            + "' is still being created, which takes until all transactions"
                            + " have ended that were in progress then",
                    null);
        }
    }

    private void terminate(int pid) {
        jdbc.queryForList("select pg_terminate_backend(?)", Boolean.class, pid);
        for (int attempt = 0; attempt < TERMINATION_ATTEMPTS; attempt++) {
            SlotRow row = row();
            if (row == null || row.activePid() == null) {
                return;
            }
            try {
                Thread.sleep(TERMINATION_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new ChangeStreamException(
                "The replication slot '" + slot.name() + "' is in use by process " + pid + ", which does not end",
                null);
    }

    /** Drops the slot, and ends its stream first, so that the database need not keep its log. A few queries. */
    public void drop() {
        SlotRow row = row();
        if (row != null && row.activePid() != null) {
            terminate(row.activePid());
        }
        jdbc.queryForList(
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ?",
                slot.name());
    }

    /** Notes that events are stored in the log alone from now on. One statement. */
    public void registerMessages() {
        jdbc.update("update patterns_outbox_slot set messages = true where not messages");
    }

    /**
     * Accepts that what a lost slot had is lost: a new one will be created. A slot that is there has lost nothing. A few
     * statements.
     *
     * @return whether there was a loss to accept
     */
    public boolean acceptLoss() {
        SlotRow row = row();
        boolean lost = recordedGeneration() != null && (row == null || row.lost() != null);
        if (lost) {
            record(null);
        }
        return lost;
    }

    @Override
    public boolean holdsMessages() {
        return jdbc.queryForList("select messages from patterns_outbox_slot", Boolean.class)
                .contains(true);
    }

    @Override
    public boolean isStreamed() {
        SlotRow row = row();
        return row != null && row.activePid() != null;
    }

    @Override
    public void mark(String setBy) {
        jdbc.queryForList(
                "select pg_logical_emit_message(false, ?, ? || '|' || coalesce((select generation from patterns_outbox_slot), '')"
                        + " || '/' || coalesce((" + PublicationCheck.STATE + "), '')"
                        + " || '|' || (extract(epoch from clock_timestamp()) * 1000)::bigint"
                        + " || '|' || pg_current_snapshot()::text)::text",
                slot.markPrefix(),
                setBy,
                slot.publication());
    }

    private @Nullable String recordedGeneration() {
        return jdbc
                .queryForList("select generation from patterns_outbox_slot where name = ?", String.class, slot.name())
                .stream()
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private void record(@Nullable String generation) {
        jdbc.update("update patterns_outbox_slot set name = ?, generation = ?", slot.name(), generation);
    }

    private @Nullable SlotRow row() {
        return jdbc
                .query(
                        "select plugin = 'pgoutput' and database = current_database() as ours, active_pid, wal_status,"
                                + " coalesce(confirmed_flush_lsn - '0/0', 0)::bigint as confirmed,"
                                + " catalog_xmin::text::bigint as oldest,"
                                + " pg_snapshot_xmax(pg_current_snapshot())::text::bigint as newest"
                                + " from pg_replication_slots where slot_name = ?",
                        (row, index) -> new SlotRow(
                                row.getBoolean("ours"),
                                row.getObject("active_pid", Integer.class),
                                "lost".equals(row.getString("wal_status"))
                                        ? "the database has removed log that it still needed (max_slot_wal_keep_size)"
                                        : null,
                                row.getLong("confirmed"),
                                TransactionIds.complete(row.getLong("oldest"), row.getLong("newest"))),
                        slot.name())
                .stream()
                .findFirst()
                .orElse(null);
    }

    private record SlotRow(
            boolean ours,
            @Nullable Integer activePid,
            @Nullable String lost,
            long confirmed,
            long oldest) {}
}
