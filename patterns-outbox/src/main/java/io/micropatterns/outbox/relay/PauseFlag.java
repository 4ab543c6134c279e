package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.OutboxLog;

/** The operator's pause, looked up at most once in a while, whichever shard asks. Thread-safe. */
final class PauseFlag {

    private static final long FRESH_NANOS = 500_000_000;

    private final OutboxLog log;
    private long lookedAt;
    private boolean paused;

    PauseFlag(OutboxLog log) {
        this.log = log;
        this.lookedAt = System.nanoTime() - FRESH_NANOS;
    }

    synchronized boolean isSet() {
        if (System.nanoTime() - lookedAt >= FRESH_NANOS) {
            paused = log.isPaused();
            lookedAt = System.nanoTime();
        }
        return paused;
    }
}
