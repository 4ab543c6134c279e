package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.TransactionSet;
import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.Generation;
import io.micropatterns.outbox.cdc.MarkText;
import io.micropatterns.outbox.cdc.TransactionIds;

/**
 * Where a stream is, change by change, in terms that polling understands: the transactions published, and how far one that
 * may have more. Whether a transaction is over is known with the next one, or a mark. Not thread-safe.
 */
final class LogPosition {

    private static final long NONE = Streamed.NONE_UNDER_WAY;
    /** Each has its place in the durable form. */
    private static final long MOST_UNKNOWN = 20_000;

    private static final long MOST_UNKNOWN_WITHIN_PAGE = 10 * MOST_UNKNOWN;

    private final String cluster;
    private final Generation generation;
    /** Of the session's start: what the stream brings of these was published before. */
    private final TransactionSnapshot rowsBefore;

    private final SnapshotCursor streamedBefore;

    private final TransactionSet rows;
    private final TransactionSet streamed;
    private long transaction = NONE;
    private long rowPosition;
    private long logPosition;
    private long highest;
    private long upTo;

    /**
     * At the start of a stream.
     *
     * @param table what has been published of the table; not in the middle of a polled slice
     * @param log what has been published of the log
     */
    LogPosition(SnapshotCursor table, Streamed log) {
        this.cluster = table.cluster();
        this.generation = log.generation();
        this.rowsBefore = table.read();
        this.streamedBefore = log.cursor();
        this.rows = TransactionSet.of(table.read());
        this.streamed = TransactionSet.of(streamedBefore.read());
        this.highest = table.highest();
        this.upTo = log.upTo();
        if (streamedBefore.slice() != null) {
            this.transaction = log.underWay();
            this.rowPosition = table.position();
            this.logPosition = streamedBefore.position();
        }
    }

    /** Passes an event; {@code false} when it had been published before. */
    boolean isNew(Change.Event event) {
        long id = transactionId(event);
        if (event.stored() && rowsBefore.sees(id)) {
            return false;
        }
        return !streamedBefore.hasRead(id, event.lsn());
    }

    /** The event is the last one that the position has passed. */
    void passed(Change.Event event) {
        long id = transactionId(event);
        if (id != transaction) {
            end();
            if (unknownWith(id) > MOST_UNKNOWN_WITHIN_PAGE) {
                throw new LogGapException();
            }
            transaction = id;
        }
        logPosition = event.lsn();
        if (event.stored()) {
            rowPosition = event.event().position();
            highest = Math.max(highest, rowPosition);
        }
    }

    /** Whatever the mark's snapshot saw has come before it. One that was passed before ends nothing that is under way. */
    void passed(Change.Mark mark, MarkText text) {
        if (text.isOfStore()) {
            // Its transaction may see the publication as it was long ago: no word on what was sent since then.
            rows.addAll(text.committed());
            streamed.addAll(text.committed());
        } else if (mark.lsn() > upTo) {
            end();
            rows.addAll(text.committed());
            streamed.addAll(text.committed());
            upTo = mark.lsn();
        }
    }

    private void end() {
        if (transaction != NONE) {
            rows.add(transaction);
            streamed.add(transaction);
        }
        transaction = NONE;
        rowPosition = 0;
        logPosition = 0;
    }

    private long transactionId(Change.Event event) {
        return event.stored() ? event.transactionId() : TransactionIds.complete(event.transactionId(), rows.xmax());
    }

    Position toPosition() {
        SnapshotCursor table = cursor(rows, rowPosition, highest);
        return new Position(table, new Streamed(generation, upTo, cursor(streamed, logPosition, 0)));
    }

    /** Whether the position can be put into words; if not, the next mark is to be passed first. */
    boolean isNameable() {
        return unknownWith(transaction) <= MOST_UNKNOWN;
    }

    private long unknownWith(long id) {
        return Math.max(unknownWith(rows, id), unknownWith(streamed, id));
    }

    private static long unknownWith(TransactionSet ended, long id) {
        return ended.unknown() + Math.max(0, id - ended.xmax());
    }

    private SnapshotCursor cursor(TransactionSet ended, long position, long highestPosition) {
        TransactionSnapshot read = ended.toSnapshot();
        TransactionSnapshot slice = transaction == NONE ? null : read.with(transaction);
        return new SnapshotCursor(cluster, read, slice, slice == null ? 0 : position, highestPosition);
    }
}
