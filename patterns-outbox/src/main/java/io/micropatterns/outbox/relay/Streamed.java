package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.TransactionSet;
import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.outbox.cdc.Generation;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far the database's log has been published.
 *
 * @param generation of the slot that it was streamed by
 * @param upTo the position in the log that everything before has been published of
 * @param cursor the transactions published, and the position in the log of the last event of one that is under way
 */
record Streamed(Generation generation, long upTo, SnapshotCursor cursor) {

    static final long NONE_UNDER_WAY = -1;

    private static final String SAME = "=";

    /** The transaction that may have more events than those published; {@link #NONE_UNDER_WAY} when there is none. */
    long underWay() {
        TransactionSnapshot read = cursor.read();
        TransactionSnapshot slice = cursor.slice();
        if (slice == null) {
            return NONE_UNDER_WAY;
        }
        if (slice.xmax() > read.xmax()) {
            return slice.xmax() - 1;
        }
        return Arrays.stream(read.inProgress()).filter(slice::sees).findFirst().orElse(NONE_UNDER_WAY);
    }

    /** The same, with all transactions before this one taken to have ended. */
    Streamed endedBefore(long transactionId, Generation newGeneration, long newUpTo) {
        TransactionSet ended = TransactionSet.of(cursor.read());
        ended.addAll(TransactionSnapshot.endedBefore(transactionId));
        TransactionSnapshot read = ended.toSnapshot();
        long underWay = underWay();
        boolean over = underWay == NONE_UNDER_WAY || read.sees(underWay);
        return new Streamed(
                newGeneration,
                newUpTo,
                new SnapshotCursor(
                        cursor.cluster(), read, over ? null : read.with(underWay), over ? 0 : cursor.position(), 0));
    }

    /** Whether nothing but the stream has published since: what the table's cursor has passed has been streamed. */
    boolean isAllOf(SnapshotCursor table) {
        return table.read().equals(cursor.read()) && Objects.equals(table.slice(), cursor.slice());
    }

    /** The durable text form, which says only what the table's cursor does not. */
    String toText(SnapshotCursor table) {
        return generation.toString()
                + ' '
                + Long.toHexString(upTo)
                + ' '
                + Long.toHexString(cursor.position())
                + ' '
                + (isAllOf(table) ? SAME : cursor.toString());
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException when it is none
     */
    static @Nullable Streamed parse(@Nullable String text, SnapshotCursor table) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        String[] parts = text.split(" ", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("not a position in the database's log: '" + text + "'");
        }
        SnapshotCursor cursor = parts[3].equals(SAME) ? table : SnapshotCursor.parse(parts[3]);
        long position = Long.parseUnsignedLong(parts[2], 16);
        return new Streamed(
                Generation.parse(parts[0]),
                Long.parseUnsignedLong(parts[1], 16),
                new SnapshotCursor(cursor.cluster(), cursor.read(), cursor.slice(), position, 0));
    }
}
