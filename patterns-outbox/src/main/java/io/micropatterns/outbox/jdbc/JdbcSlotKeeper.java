package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.cdc.Generation;
import io.micropatterns.outbox.cdc.KeptSlot;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.cdc.SlotKeeper;
import io.micropatterns.outbox.cdc.SlotUnavailableException;
import io.micropatterns.outbox.cdc.SlotUnavailableException.Problem;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/** Looks after the slot and the publication with plain SQL. Thread-safe. */
public final class JdbcSlotKeeper implements SlotKeeper {

    private static final Logger log = LoggerFactory.getLogger(JdbcSlotKeeper.class);

    private final JdbcTemplate jdbc;
    private final ReplicationSlot slot;
    private final boolean create;
    private final SlotRecord recorded;
    private final DatabaseSlot database;
    private final PublicationCheck publication;

    /**
     * On the outbox's data source.
     *
     * @param slot the names
     * @param create whether slot and publication are created when they are missing
     * @param timeout how long an answer of the database is waited for, but in creating the slot
     */
    public JdbcSlotKeeper(DataSource dataSource, ReplicationSlot slot, boolean create, NetworkTimeout timeout) {
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout));
        this.slot = slot;
        this.create = create;
        this.recorded = new SlotRecord(jdbc);
        this.database = new DatabaseSlot(dataSource, timeout, slot.name());
        this.publication = new PublicationCheck(jdbc, slot.publication(), create);
    }

    @Override
    public Optional<KeptSlot> find() {
        requireLogicalWal();
        String generation = knownGeneration();
        DatabaseSlot.Row row = database.row();
        if (row == null) {
            gone(generation, "it does not exist any more");
            requireCreation("missing", "");
            return Optional.empty();
        }
        database.requireOurs(row);
        if (row.lost() != null) {
            gone(generation, row.lost());
            requireCreation("lost", database.dropping() + "; ");
            drop();
            return Optional.empty();
        }
        requireCreated(row);
        DatabaseSlot.Row free = database.endStream(row);
        if (free == null) {
            return find();
        }
        String state = publication.require();
        // One that others have made is told from here on from what they may make of it later.
        return Optional.of(kept(free, generation == null ? use(free) : generation, state));
    }

    /** Of the slot that is in use, if any is. */
    private @Nullable String knownGeneration() {
        SlotRecord.Slot known = recorded.read();
        if (known.loss() != null) {
            throw lostEvents(known.loss());
        }
        if (known.generation() == null || slot.name().equals(known.name())) {
            return known.generation();
        }
        if (holdsMessages()) {
            throw renamed(known.name());
        }
        recorded.useNone();
        return null;
    }

    private SlotUnavailableException renamed(@Nullable String former) {
        return new SlotUnavailableException(
                Problem.SLOT,
                "patterns.outbox.cdc.slot says '" + slot.name() + "' now, and events may be in '" + former
                        + "' that are nowhere else. Nothing is lost with that: set it back to '" + former
                        + "'. For another slot go back to patterns.outbox.storage=table first, and once '" + former
                        + "' has been read out: update patterns_outbox_slot set messages = false",
                null);
    }

    private void gone(@Nullable String generation, String how) {
        if (generation == null) {
            return;
        }
        if (holdsMessages()) {
            throw lost(how);
        }
        log.warn(
                "The replication slot '{}' was lost: {}. Nothing is lost with it, for the events are in the table; it is"
                        + " polled until there is a new slot",
                slot.name(),
                how);
        recorded.useNone();
    }

    private void requireCreation(String state, String before) {
        if (!create) {
            throw new SlotUnavailableException(
                    Problem.SLOT,
                    "The replication slot '" + slot.name() + "' is " + state
                            + ", and patterns.outbox.cdc.create is false. See that there is the publication first ("
                            + publication.statement() + "), then create the slot: " + before + database.creation(),
                    null);
        }
    }

    private void requireCreated(DatabaseSlot.Row row) {
        if (row.confirmed() == 0) {
            throw new SlotUnavailableException(
                    Problem.SLOT,
                    "The replication slot '" + slot.name()
                            + "' is still being created, which takes until all transactions"
                            + " have ended that were in progress then",
                    null);
        }
    }

    private KeptSlot kept(DatabaseSlot.Row row, String generation, String publicationState) {
        return new KeptSlot(slot, new Generation(generation, publicationState), row.confirmed(), row.oldest());
    }

    private String use(DatabaseSlot.Row row) {
        String generation = Long.toHexString(row.confirmed());
        recorded.use(slot.name(), generation);
        return generation;
    }

    @Override
    public KeptSlot create() {
        requireLogicalWal();
        String state = publication.require();
        DatabaseSlot.Row row = database.create();
        String generation = use(row);
        log.info("Created the replication slot '{}'", slot.name());
        return kept(row, generation, state);
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

    @Override
    public SlotUnavailableException lost(String how) {
        recorded.lose(how);
        return lostEvents(how);
    }

    private SlotUnavailableException lostEvents(String how) {
        return new SlotUnavailableException(
                Problem.LOST_EVENTS,
                "The replication slot '" + slot.name() + "' was lost or tampered with: " + how
                        + ". Events that were stored in the database's log alone (patterns.outbox.storage=wal) and had not been"
                        + " published may be lost with it. Events that are stored while there is no slot go to the table, which goes"
                        + " on being relayed, by polling. Once you have accepted that, POST to /actuator/outbox/acceptLoss, and a new slot will be used",
                null);
    }

    /**
     * Accepts that events were lost with the slot: what there is of a slot, or a new one, is used from here on. One statement.
     *
     * @return whether there was a loss to accept
     */
    public boolean acceptLoss() {
        return recorded.acceptLoss();
    }

    /**
     * Drops the slot, and ends its stream first, so that the database need not keep its log. A few queries.
     *
     * @throws SlotUnavailableException when the role may not, or the slot of that name belongs to something else
     */
    public void drop() {
        database.drop();
    }

    /** Whether the slot may be dropped, for it will be created anew and has no event of its own: not yet, or not at all. */
    boolean mayDrop() {
        DatabaseSlot.Row row = database.row();
        if (!create || row == null || row.foreign() != null) {
            return false;
        }
        return row.confirmed() == 0 || (recorded.read().isInUse(slot.name()) && !holdsMessages());
    }

    /** Notes that events are stored in the log alone from now on. One statement. */
    public void registerMessages() {
        recorded.registerMessages();
    }

    @Override
    public boolean holdsMessages() {
        return recorded.holdsMessages();
    }

    @Override
    public boolean hasBeenUsed() {
        return recorded.hasBeenUsed();
    }

    @Override
    public boolean isStreamed() {
        DatabaseSlot.Row row = database.row();
        return row != null && row.activePid() != null;
    }

    @Override
    public long confirmed() {
        DatabaseSlot.Row row = database.row();
        return row == null ? 0 : row.confirmed();
    }

    @Override
    public TransactionSnapshot snapshot() {
        return TransactionSnapshot.parse(
                Objects.requireNonNull(jdbc.queryForObject("select pg_current_snapshot()::text", String.class)));
    }

    @Override
    public void mark(String setBy) {
        jdbc.queryForList("select " + MarkSql.SET, MarkSql.parameters(slot, setBy));
    }
}
