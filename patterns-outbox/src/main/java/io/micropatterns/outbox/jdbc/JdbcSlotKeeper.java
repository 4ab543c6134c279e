package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.cursor.TransactionSnapshot;
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
        Recorded recorded = recorded();
        if (recorded.loss != null) {
            throw lostEvents(recorded.loss);
        }
        requireSameName(recorded);
        SlotRow row = row();
        if (row == null || row.lost() != null) {
            gone(recorded, row == null ? "it does not exist any more" : row.lost());
            if (!create) {
                throw new SlotUnavailableException(
                        Problem.SLOT,
                        "The replication slot '" + slot.name() + "' is " + (row == null ? "missing" : "lost")
                                + ", and patterns.outbox.cdc.create is false. Create it"
                                + (row == null ? "" : " anew")
                                + ": select pg_create_logical_replication_slot('" + slot.name() + "', 'pgoutput')",
                        null);
            }
            if (row != null) {
                drop();
            }
            return Optional.empty();
        }
        requireOurs(row);
        if (row.activePid() != null) {
            terminate(row.activePid());
        }
        String state = publication.require();
        if (recorded.generation != null) {
            return Optional.of(kept(row, recorded.generation, state));
        }
        // Made by others; from here on it is told from what they may make of it later.
        String generation = Long.toHexString(row.confirmed());
        record(generation);
        return Optional.of(kept(row, generation, state));
    }

    private void requireSameName(Recorded recorded) {
        if (recorded.generation != null && !slot.name().equals(recorded.name)) {
            if (holdsMessages()) {
                throw lost("patterns.outbox.cdc.slot says '" + slot.name() + "' now, and events may be in '"
                        + recorded.name + "'; set it back for those");
            }
            record(null);
        }
    }

    private KeptSlot kept(SlotRow row, String known, String publicationState) {
        return new KeptSlot(slot, known + "/" + publicationState, row.confirmed(), row.oldest());
    }

    private void gone(Recorded recorded, @Nullable String how) {
        if (recorded.generation != null) {
            if (holdsMessages()) {
                throw lost(String.valueOf(how));
            }
            log.warn(
                    "The replication slot '{}' was lost: {}. Nothing is lost with it, for the events are in the table; it is"
                            + " polled until there is a new slot",
                    slot.name(),
                    how);
            record(null);
        }
    }

    @Override
    public SlotUnavailableException lost(String how) {
        jdbc.update("update patterns_outbox_slot set loss = ?", how);
        return lostEvents(how);
    }

    private SlotUnavailableException lostEvents(String how) {
        return new SlotUnavailableException(
                Problem.LOST_EVENTS,
                "The replication slot '" + slot.name() + "' was lost or tampered with: " + how
                        + ". Events that were stored in the database's log alone (patterns.outbox.storage=wal) and had not been"
                        + " published may be lost with it. The table goes on being relayed, by polling. Once you have accepted"
                        + " that, POST to /actuator/outbox/acceptLoss, and a new slot will be used",
                null);
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
        boolean permission = isPermission(e);
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
        permitted("end the stream of process " + pid + " (pg_signal_backend), which still reads it", () -> {
            jdbc.queryForList("select pg_terminate_backend(?)", Boolean.class, pid);
        });
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

    /**
     * Drops the slot, and ends its stream first, so that the database need not keep its log. A few queries.
     *
     * @throws SlotUnavailableException when the role may not
     */
    public void drop() {
        SlotRow row = row();
        if (row != null && row.activePid() != null) {
            terminate(row.activePid());
        }
        permitted("drop it (select pg_drop_replication_slot('" + slot.name() + "'))", () -> {
            jdbc.queryForList(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ?",
                    slot.name());
        });
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
                    "The replication slot '" + slot.name() + "' needs someone with the right to " + what + ": "
                            + NestedExceptionUtils.getMostSpecificCause(e).getMessage(),
                    e);
        }
    }

    private static boolean isPermission(DataAccessException e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException sql
                && NO_PERMISSION.equals(sql.getSQLState());
    }

    /** Whether the slot may be dropped, for it will be created anew. */
    boolean mayDrop() {
        return create && !holdsMessages();
    }

    /** Notes that events are stored in the log alone from now on. One statement. */
    public void registerMessages() {
        jdbc.update("update patterns_outbox_slot set messages = true where not messages");
    }

    /**
     * Accepts that events were lost with the slot: what there is of a slot, or a new one, is used from here on. One statement.
     *
     * @return whether there was a loss to accept
     */
    public boolean acceptLoss() {
        return jdbc.update("update patterns_outbox_slot set loss = null, generation = null where loss is not null") > 0;
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
    public TransactionSnapshot snapshot() {
        return TransactionSnapshot.parse(
                Objects.requireNonNull(jdbc.queryForObject("select pg_current_snapshot()::text", String.class)));
    }

    @Override
    public void mark(String setBy) {
        jdbc.queryForList(
                "select pg_logical_emit_message(false, ?, ? || '|' || coalesce((select generation from patterns_outbox_slot), '')"
                        + " || '/' || coalesce((" + PublicationCheck.STATE + "), '')"
                        + " || '|' || pg_current_snapshot()::text)::text",
                slot.markPrefix(),
                setBy,
                slot.publication());
    }

    private Recorded recorded() {
        return jdbc
                .query(
                        "select name, generation, loss from patterns_outbox_slot",
                        (row, index) ->
                                new Recorded(row.getString("name"), row.getString("generation"), row.getString("loss")))
                .stream()
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "patterns_outbox_slot is empty; run the insert of io/micropatterns/outbox/schema-postgresql.sql"));
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

    private record Recorded(
            @Nullable String name,
            @Nullable String generation,
            @Nullable String loss) {}

    private record SlotRow(
            boolean ours,
            @Nullable Integer activePid,
            @Nullable String lost,
            long confirmed,
            long oldest) {}
}
