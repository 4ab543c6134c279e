package io.micropatterns.core.cursor;

import java.util.Arrays;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Transactions known to have ended, as they become known one by one or by snapshots. What is not known yet has to be kept
 * apart up to the newest that is, so its size is the number of {@linkplain #unknown() unknown} ones. Not thread-safe.
 */
public final class TransactionSet {

    private final NavigableSet<Long> inProgress = new TreeSet<>();
    private long xmax;

    private TransactionSet(TransactionSnapshot snapshot) {
        this.xmax = snapshot.xmax();
        Arrays.stream(snapshot.inProgress()).forEach(inProgress::add);
    }

    /** What a snapshot sees. */
    public static TransactionSet of(TransactionSnapshot snapshot) {
        return new TransactionSet(snapshot);
    }

    /** Adds a transaction. */
    public void add(long transactionId) {
        if (transactionId < xmax) {
            inProgress.remove(transactionId);
            return;
        }
        for (; xmax < transactionId; xmax++) {
            inProgress.add(xmax);
        }
        xmax++;
    }

    /** Adds what a snapshot sees. */
    public void addAll(TransactionSnapshot snapshot) {
        inProgress.removeIf(snapshot::sees);
        for (long other : snapshot.inProgress()) {
            if (other >= xmax) {
                inProgress.add(other);
            }
        }
        xmax = Math.max(xmax, snapshot.xmax());
    }

    /** Whether the transaction is known to have ended. */
    public boolean contains(long transactionId) {
        return transactionId < xmax && !inProgress.contains(transactionId);
    }

    /** How many transactions older than the newest known one are not. */
    public int unknown() {
        return inProgress.size();
    }

    /** The id after the newest transaction known to have ended. */
    public long xmax() {
        return xmax;
    }

    /** The snapshot that sees just these. */
    public TransactionSnapshot toSnapshot() {
        return TransactionSnapshot.of(
                xmax, inProgress.stream().mapToLong(Long::longValue).toArray());
    }
}
