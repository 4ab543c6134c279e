package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.OutboxLog;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator's pause, looked up at most once in a while, whichever shard asks; while one looks, the others go by what was
 * seen last. Thread-safe.
 */
final class PauseFlag {

    static final long FRESH_NANOS = 500_000_000;

    private final OutboxLog log;
    private final LongSupplier nanoClock;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable Boolean paused;
    private volatile long lookedAt;

    PauseFlag(OutboxLog log) {
        this(log, System::nanoTime);
    }

    PauseFlag(OutboxLog log, LongSupplier nanoClock) {
        this.log = log;
        this.nanoClock = nanoClock;
    }

    /** Blocks for a query at most, and before the first answer for that of others. */
    boolean isSet() {
        Boolean known = paused;
        if (known == null) {
            looking.lock();
        } else if (isFresh() || !looking.tryLock()) {
            return known;
        }
        try {
            known = paused;
            return (known != null && isFresh()) ? known : look();
        } finally {
            looking.unlock();
        }
    }

    private boolean isFresh() {
        return nanoClock.getAsLong() - lookedAt < FRESH_NANOS;
    }

    private boolean look() {
        try {
            boolean seen = log.isPaused();
            paused = seen;
            return seen;
        } finally {
            // After a failure too: a database in trouble is not helped by every shard's asking it at once.
            lookedAt = nanoClock.getAsLong();
        }
    }
}
