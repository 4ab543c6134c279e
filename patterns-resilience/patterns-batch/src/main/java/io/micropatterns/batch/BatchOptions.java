package io.micropatterns.batch;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a coalescer gathers. Immutable.
 *
 * @param maxItems the most items in a batch, from 1
 * @param maxWeight the most that a batch may weigh, from 1, by the builder's measure, which may be bytes; a heavier item
 *     goes alone
 * @param linger how long a batch waits for more until it has {@code maxItems} or weighs {@code maxWeight}, but no item for
 *     more than half of its timeout; zero takes what has come while the batch before ran
 * @param capacity the most items that wait or are worked on, in each partition, from 1
 * @param overflow what becomes of more
 * @param timeout how long an item may take unless its caller says otherwise, more than zero
 * @param partitions how many batches can run at once, from 1; items of one key are always of one partition
 * @param latencyTarget how long a batch should take: the most items in a batch, and what it may weigh, then follow it, up to
 *     {@code maxItems} and {@code maxWeight}; none leaves them fixed
 */
public record BatchOptions(
        int maxItems,
        long maxWeight,
        Duration linger,
        int capacity,
        Overflow overflow,
        Duration timeout,
        int partitions,
        @Nullable Duration latencyTarget) {

    /** {@value}. */
    public static final int DEFAULT_MAX_ITEMS = 500;

    /** {@value}. */
    public static final int DEFAULT_CAPACITY = 10_000;

    /** 30 seconds. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    /**
     * Checks.
     *
     * @throws IllegalArgumentException when a value is out of its range; it names the value
     */
    public BatchOptions {
        require(maxItems >= 1, "maxItems", maxItems);
        require(maxWeight >= 1, "maxWeight", maxWeight);
        require(!linger.isNegative(), "linger", linger);
        require(capacity >= 1, "capacity", capacity);
        Objects.requireNonNull(overflow, "overflow");
        require(isPositive(timeout), "timeout", timeout);
        require(partitions >= 1, "partitions", partitions);
        require(latencyTarget == null || isPositive(latencyTarget), "latencyTarget", latencyTarget);
    }

    /** Up to 500 items as they have come, one batch at a time, 10,000 places to wait for, 30 seconds for each item. */
    public static BatchOptions defaults() {
        return new BatchOptions(
                DEFAULT_MAX_ITEMS,
                Long.MAX_VALUE,
                Duration.ZERO,
                DEFAULT_CAPACITY,
                Overflow.WAIT,
                DEFAULT_TIMEOUT,
                1,
                null);
    }

    /** With this {@link #maxItems()}. */
    public BatchOptions withMaxItems(int items) {
        return new BatchOptions(items, maxWeight, linger, capacity, overflow, timeout, partitions, latencyTarget);
    }

    /** With this {@link #maxWeight()}. */
    public BatchOptions withMaxWeight(long weight) {
        return new BatchOptions(maxItems, weight, linger, capacity, overflow, timeout, partitions, latencyTarget);
    }

    /** With this {@link #linger()}. */
    public BatchOptions withLinger(Duration duration) {
        return new BatchOptions(maxItems, maxWeight, duration, capacity, overflow, timeout, partitions, latencyTarget);
    }

    /** With this {@link #capacity()}. */
    public BatchOptions withCapacity(int items) {
        return new BatchOptions(maxItems, maxWeight, linger, items, overflow, timeout, partitions, latencyTarget);
    }

    /** With this {@link #overflow()}. */
    public BatchOptions withOverflow(Overflow what) {
        return new BatchOptions(maxItems, maxWeight, linger, capacity, what, timeout, partitions, latencyTarget);
    }

    /** With this {@link #timeout()}. */
    public BatchOptions withTimeout(Duration duration) {
        return new BatchOptions(maxItems, maxWeight, linger, capacity, overflow, duration, partitions, latencyTarget);
    }

    /** With this many {@link #partitions()}. */
    public BatchOptions withPartitions(int count) {
        return new BatchOptions(maxItems, maxWeight, linger, capacity, overflow, timeout, count, latencyTarget);
    }

    /** With this {@link #latencyTarget()}. */
    public BatchOptions withLatencyTarget(@Nullable Duration duration) {
        return new BatchOptions(maxItems, maxWeight, linger, capacity, overflow, timeout, partitions, duration);
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void require(boolean holds, String name, @Nullable Object value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is out of range: " + value);
        }
    }
}
