package io.micropatterns.outbox.relay;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves the shards to the other instances where this one alone cannot publish: for a minute, and each further time that
 * nothing was published in between for twice as long, so that an instance that stays cut off tries more and more seldom.
 * Thread-safe.
 */
final class StepDown {

    static final Duration SHORTEST = Duration.ofMinutes(1);
    static final Duration LONGEST = Duration.ofMinutes(16);

    private static final Logger log = LoggerFactory.getLogger(StepDown.class);

    private final Consumer<Duration> leave;
    private final Supplier<Duration> left;
    private Duration next = SHORTEST;
    private volatile @Nullable String reason;

    /**
     * Of one instance.
     *
     * @param leave leaves the shards for that time, if others are there to take them
     * @param left how much of that time is left
     */
    StepDown(Consumer<Duration> leave, Supplier<Duration> left) {
        this.leave = leave;
        this.left = left;
    }

    /** A shard has been relayed here. */
    synchronized void worked() {
        next = SHORTEST;
    }

    /** A shard has failed here for too long. All of them ask alike, so only the first is heard. */
    synchronized void ask(int shard, Throwable cause) {
        if (!left.get().isZero()) {
            return;
        }
        log.info("Leaving the shards to other instances, if there are any, for {} s", next.toSeconds());
        reason = "shard " + shard + ": " + cause.getMessage();
        leave.accept(next);
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }

    /** Why the shards are left to others, while they are. */
    Optional<String> reason() {
        Duration still = left.get();
        return still.isZero()
                ? Optional.empty()
                : Optional.ofNullable(reason).map(why -> why + " (for another " + still.toSeconds() + " s)");
    }
}
