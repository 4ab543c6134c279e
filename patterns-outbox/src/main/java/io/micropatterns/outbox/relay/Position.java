package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.SnapshotCursor;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard has been published.
 *
 * @param cursor the rows of the table
 * @param streamed the database's log, if it has ever been streamed
 */
record Position(SnapshotCursor cursor, @Nullable Streamed streamed) {

    /** As far in the log, and further in the table. */
    Position polled(SnapshotCursor next) {
        return new Position(next, streamed);
    }
}
