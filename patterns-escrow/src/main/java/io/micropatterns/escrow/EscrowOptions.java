package io.micropatterns.escrow;

import io.micropatterns.batch.BatchOptions;
import io.micropatterns.batch.Overflow;
import java.time.Duration;
import java.util.Objects;

/**
 * How an escrow works. Immutable.
 *
 * @param timeToLive how long a reservation is held whose request does not say, from 1 ms to 3650 days
 * @param batching how calls are gathered that are in no transaction; its partitions are the connections that they use at once
 */
public record EscrowOptions(Duration timeToLive, BatchOptions batching) {

    /** 5 minutes. */
    public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(5);

    /**
     * Checks.
     *
     * @throws IllegalArgumentException when a value is out of its range; it names the value
     */
    public EscrowOptions {
        EscrowLimits.checkTimeToLive(timeToLive);
        Objects.requireNonNull(batching, "batching");
    }

    /** 300 seconds; up to 1,000 requests in a statement, on two connections; more than 10,000 that wait on each are refused. */
    public static EscrowOptions defaults() {
        return new EscrowOptions(
                DEFAULT_TIME_TO_LIVE,
                BatchOptions.defaults().withMaxItems(1_000).withPartitions(2).withOverflow(Overflow.REJECT));
    }

    /** With this {@link #timeToLive()}. */
    public EscrowOptions withTimeToLive(Duration time) {
        return new EscrowOptions(time, batching);
    }

    /** With this {@link #batching()}. */
    public EscrowOptions withBatching(BatchOptions options) {
        return new EscrowOptions(timeToLive, options);
    }
}
