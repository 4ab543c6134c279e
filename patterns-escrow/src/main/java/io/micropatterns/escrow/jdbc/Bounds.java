package io.micropatterns.escrow.jdbc;

import java.time.Duration;

/**
 * How long transactions of the library's own hold others up.
 *
 * @param lockTimeout how long a statement waits for a lock, from 1 ms
 */
record Bounds(Duration lockTimeout) {

    /** After so many times as long without a statement or commit the database ends a transaction: its process stands still. */
    private static final int IDLE = 2;

    Bounds {
        if (lockTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("lockTimeout must be 1 ms at least, but is " + lockTimeout);
        }
    }

    /** To be selected inside such a transaction, with which it ends. */
    String settings() {
        return "set_config('lock_timeout', '" + inMillis() + "', true)";
    }

    /** The same of one that is more than its statement, so that it can stand still in between. */
    String settingsOfSeveralStatements() {
        return settings() + ", set_config('idle_in_transaction_session_timeout', '" + IDLE * lockTimeout.toMillis()
                + "', true)";
    }

    /** The time to wait for a lock, as the setting wants it. */
    String inMillis() {
        return lockTimeout.toMillis() + "ms";
    }

    String exceeded() {
        return "Stock or reservations are locked by another transaction for longer than " + lockTimeout.toMillis()
                + " ms: nothing was done";
    }
}
