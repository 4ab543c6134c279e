package io.micropatterns.batch;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many items a batch may have, and what it may weigh. With a latency target both grow by steps while full batches keep to
 * it, and shrink by a quarter when one does not: additive increase, multiplicative decrease (D.-M. Chiu and R. Jain, 1989).
 * Thread-safe.
 */
final class BatchLimit {

    private static final int STEPS = 100;

    private final int most;
    private final long mostWeight;
    private final @Nullable Duration target;
    private volatile int items;

    BatchLimit(int most, long mostWeight, @Nullable Duration target) {
        this.most = most;
        this.mostWeight = mostWeight;
        this.target = target;
        this.items = target == null ? most : Math.max(1, most / 10);
    }

    int items() {
        return items;
    }

    /** The same part of the most as the items are. */
    long weight() {
        return weight(items);
    }

    private long weight(int limit) {
        return limit == most ? mostWeight : Math.max(1, (long) ((double) mostWeight * limit / most));
    }

    /**
     * A batch has taken so long.
     *
     * @param outweighed whether it was full by weight, with more items to come
     */
    void ran(int count, long weight, boolean outweighed, long nanos) {
        Duration wanted = target;
        if (wanted == null) {
            return;
        }
        synchronized (this) {
            int now = items;
            long heaviest = weight(now);
            if (nanos <= wanted.toNanos()) {
                if (outweighed || count >= now) {
                    items = Math.min(most, now + Math.max(1, most / STEPS));
                }
            } else if (weight <= heaviest
                    && (outweighed || count >= now - now / 2 || weight >= heaviest - heaviest / 2)) {
                // A small batch that was slow tells nothing of large ones; nor does a single item that exceeds them.
                items = Math.max(1, now - Math.max(1, now / 4));
            }
        }
    }
}
