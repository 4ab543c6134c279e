package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.CursorMismatchException;
import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.outbox.OutboxLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

    /** Of one table's place the one that is further in the log: the stream's, if it has come further by messages alone. */
    private static final Comparator<Position> FURTHEST_POSITION = Comparator.comparing(Position::cursor, FURTHEST)
            .thenComparing(Position::streamed, Comparator.nullsFirst(Comparator.comparing(Streamed::cursor, FURTHEST)))
            .thenComparing(Position::streamed, Comparator.nullsFirst(Comparator.comparing(Streamed::upTo)));

    private StartingPoint() {}

    /**
     * Chooses among what stream and database remember.
     *
     * @throws CursorMismatchException when the stream's progress does not belong to this database and no rebase has
     *     replaced it, or the database's is all there is and does not
     */
    static RelayProgress choose(OutboxLog.Shard log, Optional<String> stream) {
        Optional<RelayProgress> published = stream.map(RelayProgress::parse);
        List<Position> known = new ArrayList<>();
        published
                .map(RelayProgress::position)
                .filter(position -> fitsOrWasRebased(log, position.cursor()))
                .ifPresent(known::add);
        Optional<SnapshotCursor> saved = log.progress();
        if (known.isEmpty()) {
            saved.ifPresent(log::verify);
        }
        saved.filter(cursor -> mismatch(log, cursor).isEmpty())
                .map(cursor ->
                        new Position(cursor, Streamed.parse(log.streamed().orElse(null), cursor)))
                .ifPresent(known::add);
        Position start = known.stream().max(FURTHEST_POSITION).orElseGet(() -> new Position(log.beginning(), null));
        return new RelayProgress(start, published.map(RelayProgress::settled).orElse(List.of()));
    }

    private static boolean fitsOrWasRebased(OutboxLog.Shard log, SnapshotCursor stream) {
        Optional<CursorMismatchException> mismatch = mismatch(log, stream);
        if (mismatch.isPresent() && !log.rebasedFrom().equals(Optional.of(stream))) {
            throw mismatch.get();
        }
        return mismatch.isEmpty();
    }

    private static Optional<CursorMismatchException> mismatch(OutboxLog.Shard log, SnapshotCursor cursor) {
        try {
            log.verify(cursor);
            return Optional.empty();
        } catch (CursorMismatchException e) {
            return Optional.of(e);
        }
    }

    /** What to rebase: the furthest progress there is, whichever database it belongs to. */
    static SnapshotCursor toRebase(OutboxLog.Shard log, Optional<SnapshotCursor> stream) {
        return Stream.concat(stream.stream(), log.progress().stream())
                .max(FURTHEST)
                .orElseGet(log::beginning);
    }

    private static TransactionSnapshot newest(SnapshotCursor cursor) {
        return cursor.slice() == null ? cursor.read() : cursor.slice();
    }
}
