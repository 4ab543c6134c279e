package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.CursorMismatchException;
import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.outbox.OutboxLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a session begins: at the furthest progress known that belongs to this database. With exactly-once that is the
 * stream's; the database's is behind it, or is all there is.
 */
final class StartingPoint {

    private static final Comparator<TransactionSnapshot> LATEST = Comparator.comparingLong(TransactionSnapshot::xmax)
            // Of two snapshots that end alike the later one has fewer in progress, for it saw an old one commit.
            .thenComparing(snapshot -> snapshot.inProgress().length, Comparator.reverseOrder());

    private static final Comparator<SnapshotCursor> FURTHEST = Comparator.comparing(StartingPoint::newest, LATEST)
            .thenComparing(SnapshotCursor::read, LATEST)
            .thenComparingLong(SnapshotCursor::position)
            .thenComparingLong(SnapshotCursor::highest);

    private StartingPoint() {}

    /**
     * Chooses among what stream and database remember.
     *
     * @throws CursorMismatchException when there is progress, but none that belongs to this database
     */
    static RelayProgress choose(OutboxLog.Shard log, Optional<String> stream) {
        Optional<RelayProgress> published = stream.map(RelayProgress::parse);
        List<SnapshotCursor> known = new ArrayList<>();
        published.map(RelayProgress::cursor).ifPresent(known::add);
        log.progress().ifPresent(known::add);
        List<SnapshotCursor> fitting = new ArrayList<>();
        @Nullable CursorMismatchException mismatch = null;
        for (SnapshotCursor cursor : known) {
            try {
                log.verify(cursor);
                fitting.add(cursor);
            } catch (CursorMismatchException e) {
                mismatch = e;
            }
        }
        if (fitting.isEmpty() && mismatch != null) {
            throw mismatch;
        }
        SnapshotCursor start = fitting.stream().max(FURTHEST).orElseGet(log::beginning);
        return new RelayProgress(start, published.map(RelayProgress::settled).orElse(List.of()));
    }

    /** The furthest progress there is, whichever database it belongs to. */
    static Optional<SnapshotCursor> toRebase(OutboxLog.Shard log, Optional<String> stream) {
        List<SnapshotCursor> known = new ArrayList<>();
        stream.map(RelayProgress::parse).map(RelayProgress::cursor).ifPresent(known::add);
        log.progress().ifPresent(known::add);
        return known.stream().max(FURTHEST);
    }

    private static TransactionSnapshot newest(SnapshotCursor cursor) {
        return cursor.slice() == null ? cursor.read() : cursor.slice();
    }
}
