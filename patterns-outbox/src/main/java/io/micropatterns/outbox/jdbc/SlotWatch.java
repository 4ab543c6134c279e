package io.micropatterns.outbox.jdbc;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.cdc.SlotFigures;
import io.micropatterns.outbox.cdc.SlotUnavailableException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Watches how much log the database keeps for the outbox's slot, and gives the slot up before that fills the disk, where the
 * outbox uses it and no event would be lost with it. Sets marks, too, by which an idle database can forget log. Thread-safe.
 */
public final class SlotWatch {

    private static final Logger log = LoggerFactory.getLogger(SlotWatch.class);
    private static final String SET_BY = "watch";

    private final JdbcTemplate jdbc;
    private final JdbcSlotKeeper keeper;
    private final String slot;
    private final long warnRetained;
    private final long maxRetained;
    private volatile @Nullable SlotFigures last;
    private boolean warned;

    /**
     * Of a slot.
     *
     * @param warnRetained bytes of log from which on it warns; 0 for never
     * @param maxRetained bytes of log from which on it gives the slot up; 0 for never
     * @param timeout how long an answer of the database is waited for
     */
    public SlotWatch(
            DataSource dataSource,
            JdbcSlotKeeper keeper,
            String slot,
            long warnRetained,
            long maxRetained,
            NetworkTimeout timeout) {
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(dataSource, timeout));
        this.keeper = keeper;
        this.slot = slot;
        this.warnRetained = warnRetained;
        this.maxRetained = maxRetained;
    }

    /** Looks, and acts. A few statements. */
    public void run() {
        keeper.mark(SET_BY);
        SlotFigures figures = look();
        last = figures;
        warn(figures);
        if (isFull() && keeper.mayDrop()) {
            giveUp(figures);
        }
    }

    private void giveUp(SlotFigures figures) {
        try {
            keeper.drop();
            log.warn(
                    "The database kept {} MB of log for the replication slot '{}', more than patterns.outbox.cdc.max-retained:"
                            + " the slot has been dropped, and events are relayed from the table. Nothing is lost. A new slot"
                            + " will be created once the relay has caught up",
                    figures.retainedBytes() / 1_000_000,
                    slot);
        } catch (SlotUnavailableException e) {
            log.warn("{}", e.getMessage());
        }
    }

    private void warn(SlotFigures figures) {
        boolean over = isOverWarning();
        if (over && !warned) {
            log.warn(
                    "The database keeps {} MB of log for the replication slot '{}', more than patterns.outbox.cdc.warn-retained."
                            + " Health and /actuator/outbox tell why the relay does not keep up",
                    figures.retainedBytes() / 1_000_000,
                    slot);
        }
        warned = over;
    }

    private SlotFigures look() {
        return jdbc
                .query(
                        "select active, coalesce(pg_current_wal_lsn() - confirmed_flush_lsn, 0)::bigint as behind,"
                                + " coalesce(pg_current_wal_lsn() - restart_lsn, 0)::bigint as retained, wal_status"
                                + " from pg_replication_slots where slot_name = ?",
                        (row, index) -> new SlotFigures(
                                slot,
                                true,
                                row.getBoolean("active"),
                                row.getLong("behind"),
                                row.getLong("retained"),
                                row.getString("wal_status")),
                        slot)
                .stream()
                .findFirst()
                .orElse(new SlotFigures(slot, false, false, 0, 0, null));
    }

    /** What was seen last; nothing before the first look. Does no I/O. */
    public Optional<SlotFigures> lastSeen() {
        return Optional.ofNullable(last);
    }

    /** Whether more log was kept than should be. Does no I/O. */
    public boolean isOverWarning() {
        return isOver(warnRetained);
    }

    /** Whether more log was kept than may be. Does no I/O. */
    public boolean isFull() {
        return isOver(maxRetained);
    }

    private boolean isOver(long bound) {
        SlotFigures figures = last;
        return bound > 0 && figures != null && figures.retainedBytes() > bound;
    }
}
