package io.micropatterns.batch;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many items a batch may have. With a latency target it grows by steps while full batches keep to it, and shrinks by a
 * quarter when one does not: additive increase, multiplicative decrease (D.-M. Chiu and R. Jain, 1989). Thread-safe.
 */
final class BatchLimit {

    private static final int STEPS = 100;

    private final int most;
    private final @Nullable Duration target;
    private volatile int items;

    BatchLimit(int most, @Nullable Duration target) {
        this.most = most;
        this.target = target;
        this.items = target == null ? most : Math.max(1, most / 10);
    }

    int items() {
        return items;
    }

    /** A batch of so many has taken so long. */
    void ran(int count, long nanos) {
        Duration wanted = target;
        if (wanted == null) {
            return;
        }
        synchronized (this) {
            int now = items;
            if (nanos > wanted.toNanos()) {
                // A small batch that was slow tells nothing of large ones.
                items = count * 2 >= now ? Math.max(1, now - Math.max(1, now / 4)) : now;
            } else if (count >= now) {
                items = Math.min(most, now + Math.max(1, most / STEPS));
            }
        }
    }
}
