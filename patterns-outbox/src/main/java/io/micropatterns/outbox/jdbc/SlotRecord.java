package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.cdc.KeptSlot;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the outbox remembers of its slot, in {@code patterns_outbox_slot}. Thread-safe. */
final class SlotRecord {

    private final JdbcTemplate jdbc;

    SlotRecord(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The slot that is in use.
     *
     * @param name its name
     * @param generation its own part of {@link KeptSlot#generation()}; nothing when none is in use
     * @param loss how events were lost with it, until somebody accepts that
     */
    record Slot(
            @Nullable String name,
            @Nullable String generation,
            @Nullable String loss) {

        /** Whether it is the slot of that name that is in use. */
        boolean isInUse(String slot) {
            return slot.equals(name) && generation != null;
        }
    }

    Slot read() {
        return jdbc
                .query(
                        "select name, generation, loss from patterns_outbox_slot",
                        (row, index) ->
                                new Slot(row.getString("name"), row.getString("generation"), row.getString("loss")))
                .stream()
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "patterns_outbox_slot is empty; run the insert of io/micropatterns/outbox/schema-postgresql.sql"));
    }

    void use(String name, String generation) {
        jdbc.update("update patterns_outbox_slot set name = ?, generation = ?", name, generation);
    }

    void useNone() {
        jdbc.update("update patterns_outbox_slot set generation = null");
    }

    void lose(String how) {
        jdbc.update("update patterns_outbox_slot set loss = ?", how);
    }

    /** Answers whether there was a loss to accept. */
    boolean acceptLoss() {
        return jdbc.update("update patterns_outbox_slot set loss = null, generation = null where loss is not null") > 0;
    }

    boolean holdsMessages() {
        return jdbc.queryForList("select messages from patterns_outbox_slot", Boolean.class)
                .contains(true);
    }

    /** A name stays when its slot is gone; a loss is one of a slot that was used, whatever has become of the name. */
    boolean hasBeenUsed() {
        Slot known = read();
        return known.name() != null || known.loss() != null;
    }

    void registerMessages() {
        jdbc.update("update patterns_outbox_slot set messages = true where not messages");
    }
}
