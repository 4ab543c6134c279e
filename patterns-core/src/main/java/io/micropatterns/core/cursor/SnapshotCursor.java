package io.micropatterns.core.cursor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a follower has read. A row has been read when its transaction is visible in {@code read}, or when it is
 * visible in {@code slice} and lies at or before {@code position}. Immutable; {@link #toString()} and
 * {@link #parse(String)} are its durable form.
 *
 * @param cluster the system identifier of the PostgreSQL cluster whose transaction ids these are
 * @param read the snapshot up to which everything has been read
 * @param slice the newer snapshot whose rows are being read page by page, or {@code null} between two slices
 * @param position the last position read inside the slice; 0 between two slices
 * @param highest the highest position read so far, which tells old rows from new ones when the cluster was replaced
 */
public record SnapshotCursor(
        String cluster, TransactionSnapshot read, @Nullable TransactionSnapshot slice, long position, long highest) {

    private static final String VERSION = "1";

    public SnapshotCursor {
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(read, "read");
    }

    /** A cursor between two slices. */
    static SnapshotCursor at(String cluster, TransactionSnapshot read, long highest) {
        return new SnapshotCursor(cluster, read, null, 0, highest);
    }

    /** The same place with this slice begun. */
    SnapshotCursor within(TransactionSnapshot newSlice, long newPosition) {
        return new SnapshotCursor(cluster, read, newSlice, newPosition, Math.max(highest, newPosition));
    }

    /** Whether a row of this transaction and position has been read. */
    public boolean hasRead(long transactionId, long rowPosition) {
        return read.sees(transactionId) || (slice != null && rowPosition <= position && slice.sees(transactionId));
    }

    /** The newest snapshot that this cursor knows of. */
    TransactionSnapshot newest() {
        return slice == null ? read : slice;
    }

    /**
     * Reads a cursor's text form.
     *
     * @throws IllegalArgumentException when the text is not a cursor, or one of a newer version of this library
     */
    public static SnapshotCursor parse(String text) {
        String[] parts = text.split("\\|", -1);
        if (parts.length != 6 || !parts[0].equals(VERSION)) {
            throw new IllegalArgumentException("not a snapshot cursor of version " + VERSION + ": '" + text + "'");
        }
        return new SnapshotCursor(
                parts[1],
                TransactionSnapshot.parse(parts[2]),
                parts[3].isEmpty() ? null : TransactionSnapshot.parse(parts[3]),
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]));
    }

    /** The durable text form. */
    @Override
    public String toString() {
        return String.join(
                "|",
                VERSION,
                cluster,
                read.toString(),
                slice == null ? "" : slice.toString(),
                Long.toString(position),
                Long.toString(highest));
    }
}
