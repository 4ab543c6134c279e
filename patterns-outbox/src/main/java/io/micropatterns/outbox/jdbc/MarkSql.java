package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.cdc.Generation;
import io.micropatterns.outbox.cdc.MarkText;
import io.micropatterns.outbox.cdc.ReplicationSlot;

/** Marks in the database's log, as {@link MarkText} reads them. */
final class MarkSql {

    /** Sets one; an expression with the parameters that {@link #parameters} gives. */
    static final String SET =
            "pg_logical_emit_message(false, ?, ? || '|' || coalesce((select generation from patterns_outbox_slot), '')"
                    + " || '" + Generation.SEPARATOR + "' || coalesce((" + PublicationCheck.STATE + "), '')"
                    + " || '|' || pg_current_snapshot()::text"
                    + " || '|' || coalesce(pg_current_xact_id_if_assigned()::text, ''))::text";

    private MarkSql() {}

    static Object[] parameters(ReplicationSlot slot, String setBy) {
        return new Object[] {slot.markPrefix(), setBy, slot.publication()};
    }
}
