package io.micropatterns.outbox.relay;

import java.time.Duration;

/**
 * How a polling relay works. Immutable; start from {@link #defaults()}.
 *
 * @param pageSize the most events published at once, 1 to 100,000
 * @param pageBytes the payload bytes a page should not exceed, at least 1
 * @param pollInterval the longest wait before looking for events that nobody signalled, at least 1 ms
 * @param leaseTimeToLive how long a shard outlives its holder's last heartbeat, at least 100 ms
 * @param progressInterval how often progress is saved in the database while publishing, at least 1 ms
 * @param stepDownAfter how long a shard may fail without anything published before this instance leaves its shards to the
 *     others, at least 1 ms; better several lease times, for those others begin a session each time
 * @param deadLetters what becomes of events that the stream rejects
 */
public record RelayOptions(
        int pageSize,
        long pageBytes,
        Duration pollInterval,
        Duration leaseTimeToLive,
        Duration progressInterval,
        Duration stepDownAfter,
        DeadLetterPolicy deadLetters) {

    public RelayOptions {
        requireRange("pageSize", pageSize, 1, 100_000);
        requireRange("pageBytes", pageBytes, 1, Long.MAX_VALUE);
        requireRange("pollInterval in ms", pollInterval.toMillis(), 1, Long.MAX_VALUE);
        requireRange("leaseTimeToLive in ms", leaseTimeToLive.toMillis(), 100, Long.MAX_VALUE);
        requireRange("progressInterval in ms", progressInterval.toMillis(), 1, Long.MAX_VALUE);
        requireRange("stepDownAfter in ms", stepDownAfter.toMillis(), 1, Long.MAX_VALUE);
    }

    /** 4,000 events or 16 MB a page, a poll a second, leases of 10 s, progress twice a second, 30 s before stepping down. */
    public static RelayOptions defaults() {
        return new RelayOptions(
                4_000,
                16_000_000,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                DeadLetterPolicy.defaults());
    }

    /** With another page size. */
    public RelayOptions withPageSize(int events, long bytes) {
        return new RelayOptions(
                events, bytes, pollInterval, leaseTimeToLive, progressInterval, stepDownAfter, deadLetters);
    }

    /** With another poll interval. */
    public RelayOptions withPollInterval(Duration interval) {
        return new RelayOptions(
                pageSize, pageBytes, interval, leaseTimeToLive, progressInterval, stepDownAfter, deadLetters);
    }

    /** With another lease time. */
    public RelayOptions withLeaseTimeToLive(Duration timeToLive) {
        return new RelayOptions(
                pageSize, pageBytes, pollInterval, timeToLive, progressInterval, stepDownAfter, deadLetters);
    }

    /** With another time before stepping down. */
    public RelayOptions withStepDownAfter(Duration time) {
        return new RelayOptions(
                pageSize, pageBytes, pollInterval, leaseTimeToLive, progressInterval, time, deadLetters);
    }

    /** With another policy for rejected events. */
    public RelayOptions withDeadLetters(DeadLetterPolicy policy) {
        return new RelayOptions(
                pageSize, pageBytes, pollInterval, leaseTimeToLive, progressInterval, stepDownAfter, policy);
    }

    private static void requireRange(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be between " + least + " and " + most + ", but is " + value);
        }
    }
}
