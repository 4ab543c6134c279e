package io.micropatterns.outbox.relay;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves the shards to the other instances where this one has published nothing at all for too long: for a minute, and
 * each further time that nothing was published in between for twice as long, so that an instance that stays cut off tries
 * more and more seldom. Publishing ends it: others need not work for this instance then. Thread-safe.
 */
final class StepDown {

    static final Duration SHORTEST = Duration.ofMinutes(1);
    static final Duration LONGEST = Duration.ofMinutes(16);

    private static final Logger log = LoggerFactory.getLogger(StepDown.class);

    private final Duration after;
    private final Consumer<Duration> leave;
    private final Supplier<Duration> left;
    private final LongSupplier nanoClock;
    private Duration next = SHORTEST;
    private boolean published;
    private long publishedAt;
    private volatile @Nullable String reason;

    /**
     * Of one instance.
     *
     * @param after for how long nothing must have been published
     * @param leave leaves the shards for that time, if others are there to take them; ends that with zero
     * @param left how much of that time is left
     * @param nanoClock the monotonic clock
     */
    StepDown(Duration after, Consumer<Duration> leave, Supplier<Duration> left, LongSupplier nanoClock) {
        this.after = after;
        this.leave = leave;
        this.left = left;
        this.nanoClock = nanoClock;
    }

    /** An event of some shard has been published here. */
    synchronized void published() {
        published = true;
        publishedAt = nanoClock.getAsLong();
        next = SHORTEST;
        if (!left.get().isZero()) {
            log.info("Sharing the shards with other instances again, for this one can publish");
            leave.accept(Duration.ZERO);
        }
    }

    /**
     * A shard has failed here for too long. All of them ask alike, so only the first is heard; none is while another one is
     * being published, for what fails one shard alone may fail it everywhere.
     */
    synchronized void ask(int shard, Throwable cause) {
        boolean publishing = published && nanoClock.getAsLong() - publishedAt < after.toNanos();
        if (publishing || !left.get().isZero()) {
            return;
        }
        reason = "shard " + shard + ": " + ShardState.describe(cause);
        log.info("Leaving the shards to other instances, if there are any, for {} s ({})", next.toSeconds(), reason);
        leave.accept(next);
        next = Waits.shorter(next.multipliedBy(2), LONGEST);
    }

    /** Why the shards are left to others, while they are. */
    Optional<String> reason() {
        Duration still = left.get();
        return still.isZero()
                ? Optional.empty()
                : Optional.ofNullable(reason).map(why -> why + " (for another " + still.toSeconds() + " s)");
    }
}
