package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.escrow.EscrowStore;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Forgets what has ended long ago, in one database after the other, whatever becomes of the one before.
 *
 * @param stores of the databases
 * @param keep how long after their time reservations are kept
 */
record EscrowRetention(Collection<? extends EscrowStore> stores, Duration keep) implements Runnable {

    private static final int BATCH = 1_000;

    @Override
    public void run() {
        @Nullable RuntimeException failure = null;
        for (EscrowStore store : stores) {
            try {
                purge(store);
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void purge(EscrowStore store) {
        int purged;
        do {
            purged = store.purge(keep, BATCH);
        } while (purged == BATCH);
    }
}
