package io.micropatterns.outbox.relay;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an event that the stream rejects. Immutable.
 *
 * @param attempts how often it is tried before an operator must decide, at least 1
 * @param firstDelay the wait before the second attempt; it doubles with each further one
 * @param maxDelay the longest wait between two attempts
 * @param blockKey whether later events of its topic and key wait behind it; by default nothing waits
 */
public record DeadLetterPolicy(int attempts, Duration firstDelay, Duration maxDelay, boolean blockKey) {

    public DeadLetterPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, but is " + attempts);
        }
        if (firstDelay.isNegative() || maxDelay.compareTo(firstDelay) < 0) {
            throw new IllegalArgumentException(
                    "firstDelay must be between 0 and maxDelay, but they are " + firstDelay + " and " + maxDelay);
        }
    }

    /** Five attempts, after 1, 2, 4 and 8 seconds; nothing waits behind a rejected event. */
    public static DeadLetterPolicy defaults() {
        return new DeadLetterPolicy(5, Duration.ofSeconds(1), Duration.ofMinutes(1), false);
    }

    /** How long to wait after so many failed attempts; {@code null} when they are exhausted. */
    @Nullable
    Duration delayAfter(int failed) {
        if (failed >= attempts) {
            return null;
        }
        return Waits.shorter(firstDelay.multipliedBy(1L << Math.min(20, failed - 1)), maxDelay);
    }
}
