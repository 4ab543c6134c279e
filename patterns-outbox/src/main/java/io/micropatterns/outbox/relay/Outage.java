package io.micropatterns.outbox.relay;

import java.time.Duration;

/** How long a shard has only failed. Used by one thread. */
final class Outage {

    private final Duration bearable;
    private boolean failing;
    private long since;

    Outage(Duration bearable) {
        this.bearable = bearable;
    }

    /**
     * Notes a failure.
     *
     * @param published whether anything was published since the last one
     * @param turned how long the loop had turned; an idle one publishes nothing, and does not fail either
     */
    void failed(boolean published, Duration turned) {
        if (!failing || published || turned.compareTo(bearable) >= 0) {
            failing = true;
            since = System.nanoTime();
        }
    }

    /** Whether it has lasted for too long. */
    boolean isUnbearable() {
        return failing && System.nanoTime() - since >= bearable.toNanos();
    }
}
