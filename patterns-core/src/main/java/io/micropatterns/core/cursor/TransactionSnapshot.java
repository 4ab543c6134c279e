package io.micropatterns.core.cursor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A PostgreSQL transaction snapshot ({@code pg_snapshot}): which transactions had ended when it was taken. Immutable
 * and thread-safe.
 *
 * @see <a href="https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT">PostgreSQL:
 *     Transaction ID and snapshot information functions</a>
 */
public final class TransactionSnapshot {

    private static final long[] NONE = {};

    private final long xmin;
    private final long xmax;
    private final long[] inProgress;

    private TransactionSnapshot(long xmin, long xmax, long[] inProgress) {
        this.xmin = xmin;
        this.xmax = xmax;
        this.inProgress = inProgress;
    }

    /** The snapshot before every transaction: it sees nothing. */
    public static TransactionSnapshot beforeAll() {
        return new TransactionSnapshot(1, 1, NONE);
    }

    /**
     * Reads the text form of {@code pg_snapshot}, {@code xmin:xmax:xip,xip,…}.
     *
     * @throws IllegalArgumentException when the text is not of that form
     */
    public static TransactionSnapshot parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a pg_snapshot: '" + text + "'");
        }
        try {
            long xmin = Long.parseLong(parts[0]);
            long xmax = Long.parseLong(parts[1]);
            long[] inProgress = parts[2].isEmpty()
                    ? NONE
                    : Arrays.stream(parts[2].split(",", -1))
                            .mapToLong(Long::parseLong)
                            .sorted()
                            .toArray();
            return new TransactionSnapshot(xmin, xmax, inProgress);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a pg_snapshot: '" + text + "'", e);
        }
    }

    /** Whether a transaction had ended, and so its committed rows are visible, when this snapshot was taken. */
    public boolean sees(long transactionId) {
        if (transactionId < xmin) {
            return true;
        }
        return transactionId < xmax && Arrays.binarySearch(inProgress, transactionId) < 0;
    }

    /** The same snapshot, with one more transaction taken to have ended. */
    public TransactionSnapshot with(long transactionId) {
        TransactionSet more = TransactionSet.of(this);
        more.add(transactionId);
        return more.toSnapshot();
    }

    /** All transactions older than this one have ended, and no other. */
    public static TransactionSnapshot endedBefore(long transactionId) {
        return of(transactionId, NONE);
    }

    /** Of these transactions, which are ascending. */
    static TransactionSnapshot of(long xmax, long[] inProgress) {
        return new TransactionSnapshot(inProgress.length == 0 ? xmax : inProgress[0], xmax, inProgress);
    }

    /** The same snapshot, with one more transaction taken to be still in progress. */
    public TransactionSnapshot without(long transactionId) {
        if (!sees(transactionId)) {
            return this;
        }
        long[] more = Arrays.copyOf(inProgress, inProgress.length + 1);
        more[inProgress.length] = transactionId;
        Arrays.sort(more);
        return new TransactionSnapshot(Math.min(xmin, transactionId), xmax, more);
    }

    /** The same snapshot, with this transaction and all later ones taken to be still to come. */
    TransactionSnapshot before(long transactionId) {
        if (transactionId >= xmax) {
            return this;
        }
        return new TransactionSnapshot(
                Math.min(xmin, transactionId),
                transactionId,
                Arrays.stream(inProgress).filter(id -> id < transactionId).toArray());
    }

    /** The first transaction id that had not been assigned yet. */
    public long xmax() {
        return xmax;
    }

    /** The transactions in progress, ascending. The array is the caller's. */
    public long[] inProgress() {
        return inProgress.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransactionSnapshot that
                && xmin == that.xmin
                && xmax == that.xmax
                && Arrays.equals(inProgress, that.inProgress);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(xmin) + 17 * Long.hashCode(xmax) + Arrays.hashCode(inProgress);
    }

    /** The text form of {@code pg_snapshot}. */
    @Override
    public String toString() {
        return Arrays.stream(inProgress)
                .mapToObj(Long::toString)
                .collect(Collectors.joining(",", xmin + ":" + xmax + ":", ""));
    }
}
