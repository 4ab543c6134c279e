package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.outbox.cdc.SlotKeeper;
import java.time.Duration;
import java.util.Arrays;

/**
 * What was in progress when a slot was there: in the log it may have been committed before the slot begins, and yet not have
 * been visible to who polled then. Not thread-safe.
 */
final class DoubtfulTransactions {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final SlotKeeper keeper;
    private long[] inProgress;
    private long askedAt;

    /** Those that are in progress now. One query. */
    DoubtfulTransactions(SlotKeeper keeper) {
        this.keeper = keeper;
        this.inProgress = keeper.snapshot().inProgress();
        this.askedAt = System.nanoTime();
    }

    /** Whether all have ended, as far as was seen within the last 200 ms. At most one query. */
    boolean haveEnded() {
        if (inProgress.length > 0 && System.nanoTime() - askedAt >= PAUSE.toNanos()) {
            askedAt = System.nanoTime();
            TransactionSnapshot now = keeper.snapshot();
            inProgress = Arrays.stream(inProgress).filter(id -> !now.sees(id)).toArray();
        }
        return inProgress.length == 0;
    }

    /** What an operator should know of those that have not ended. */
    String whatToWaitFor() {
        return "streaming begins once " + inProgress.length + " transactions have ended that began before the slot was"
                + " found, the oldest of them " + inProgress[0]
                + " (pg_stat_activity has it as backend_xid, or pg_prepared_xacts); until then the table is polled";
    }
}
