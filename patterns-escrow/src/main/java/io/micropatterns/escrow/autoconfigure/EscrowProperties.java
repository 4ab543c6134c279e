package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.batch.BatchOptions;
import io.micropatterns.batch.Overflow;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.autoconfigure.PropertyRange;
import io.micropatterns.escrow.EscrowOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Properties of the escrow.
 *
 * @param enabled Whether the escrow is configured at all.
 * @param timeToLive How long a reservation is held whose request does not say. From 1 ms to 365 days.
 * @param lockTimeout How long a gathered statement waits for what others have locked; shorter than the time to live. From 1 ms to 5 minutes.
 * @param instance Number of this instance, for resources in several stripes: instances with different numbers prefer different ones. From 0. Default: random.
 * @param shards Names of the beans of the databases that resources are divided among, by the shards' numbers, 0 to 255, which must stay the same for ever. Default: none, all are in the application's database.
 * @param batching How calls outside of transactions are gathered.
 * @param expiry How reservations end whose time is over.
 * @param retention How ended reservations are forgotten.
 * @param events Telling others what happens to reservations.
 * @param meters What is measured of the stock.
 * @param health When the escrow is down.
 * @param schema The escrow's tables.
 */
@ConfigurationProperties("patterns.escrow")
public record EscrowProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("300s") Duration timeToLive,
        @DefaultValue("5s") Duration lockTimeout,
        @Nullable Integer instance,
        @DefaultValue Map<Integer, String> shards,
        @DefaultValue Batching batching,
        @DefaultValue Expiry expiry,
        @DefaultValue Retention retention,
        @DefaultValue Events events,
        @DefaultValue Meters meters,
        @DefaultValue Health health,
        @DefaultValue Schema schema) {

    private static final Duration SHORT = Duration.ofMillis(1);
    private static final int MOST_SHARD = 255;

    public EscrowProperties {
        PropertyRange.require("patterns.escrow.time-to-live", timeToLive, SHORT, Duration.ofDays(365));
        PropertyRange.require("patterns.escrow.lock-timeout", lockTimeout, SHORT, Duration.ofMinutes(5));
        requireShorter(lockTimeout, timeToLive);
        if (instance != null) {
            PropertyRange.require("patterns.escrow.instance", instance, 0, Integer.MAX_VALUE);
        }
        shards.keySet().forEach(EscrowProperties::requireNumber);
        requireDifferent(shards);
        shards = Map.copyOf(shards);
    }

    private static void requireShorter(Duration lockTimeout, Duration timeToLive) {
        if (lockTimeout.compareTo(timeToLive) >= 0) {
            throw new PatternConfigurationException(
                    "The property patterns.escrow.lock-timeout is " + lockTimeout.toMillis()
                            + "ms, but must be shorter than patterns.escrow.time-to-live, which is "
                            + timeToLive.toMillis() + "ms.",
                    "Set patterns.escrow.lock-timeout to less, or patterns.escrow.time-to-live to more.");
        }
    }

    private static void requireNumber(int shard) {
        if (shard < 0 || shard > MOST_SHARD) {
            throw new PatternConfigurationException(
                    "The property patterns.escrow.shards." + shard + " is of shard " + shard
                            + ", but the numbers of shards are between 0 and " + MOST_SHARD + ".",
                    "Give the database a number in that range, and never another one.");
        }
    }

    private static void requireDifferent(Map<Integer, String> shards) {
        Map<String, Integer> numbers = new HashMap<>();
        new TreeMap<>(shards).forEach((number, name) -> {
            Integer before = numbers.putIfAbsent(name, number);
            if (before != null) {
                throw new PatternConfigurationException(
                        "The property patterns.escrow.shards." + number + " is '" + name
                                + "', which patterns.escrow.shards." + before
                                + " is already; a database is one shard only.",
                        "Name another data source by patterns.escrow.shards." + number + ", or remove it.");
            }
        });
    }

    EscrowOptions toOptions() {
        return new EscrowOptions(timeToLive, batching.toOptions());
    }

    /**
     * How calls are gathered.
     *
     * @param maxItems Most requests in a statement. From 1 to 10,000.
     * @param capacity Most requests that wait or are worked on, for each connection. From 1 to 1,000,000.
     * @param overflow What becomes of more: reject, or wait.
     * @param timeout How long a call may take. From 1 ms to 10 minutes.
     * @param connections How many statements can run at once, each for other resources. From 1 to 100.
     */
    public record Batching(
            @DefaultValue("1000") int maxItems,
            @DefaultValue("10000") int capacity,
            @DefaultValue("reject") Overflow overflow,
            @DefaultValue("10s") Duration timeout,
            @DefaultValue("2") int connections) {

        public Batching {
            PropertyRange.require("patterns.escrow.batching.max-items", maxItems, 1, 10_000);
            PropertyRange.require("patterns.escrow.batching.capacity", capacity, 1, 1_000_000);
            PropertyRange.require("patterns.escrow.batching.timeout", timeout, SHORT, Duration.ofMinutes(10));
            PropertyRange.require("patterns.escrow.batching.connections", connections, 1, 100);
        }

        BatchOptions toOptions() {
            return BatchOptions.defaults()
                    .withMaxItems(maxItems)
                    .withCapacity(capacity)
                    .withOverflow(overflow)
                    .withTimeout(timeout)
                    .withPartitions(connections);
        }
    }

    /**
     * How reservations end whose time is over.
     *
     * @param enabled Whether this instance takes part in ending reservations whose time is over; one instance of those that do is at work.
     * @param interval How often to look for reservations whose time is over. From 10 ms to 1 hour.
     * @param batchSize Most reservations in a transaction. From 1 to 100,000.
     * @param leaseTime How long after the death of the instance at work another takes over. From 1 second to 1 hour.
     */
    public record Expiry(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("500ms") Duration interval,
            @DefaultValue("20000") int batchSize,
            @DefaultValue("10s") Duration leaseTime) {

        public Expiry {
            PropertyRange.require(
                    "patterns.escrow.expiry.interval", interval, Duration.ofMillis(10), Duration.ofHours(1));
            PropertyRange.require("patterns.escrow.expiry.batch-size", batchSize, 1, 100_000);
            PropertyRange.require(
                    "patterns.escrow.expiry.lease-time", leaseTime, Duration.ofSeconds(1), Duration.ofHours(1));
        }
    }

    /**
     * How ended reservations are forgotten.
     *
     * @param enabled Whether reservations that have ended are deleted after a while.
     * @param keep How long after their time reservations that have ended are kept; as long, a request's id is known. From 1 second to 3650 days.
     * @param checkInterval How often to look for reservations to delete. From 1 second to 7 days.
     */
    public record Retention(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("7d") Duration keep,
            @DefaultValue("10m") Duration checkInterval) {

        public Retention {
            PropertyRange.require(
                    "patterns.escrow.retention.keep", keep, Duration.ofSeconds(1), Duration.ofDays(3_650));
            PropertyRange.require(
                    "patterns.escrow.retention.check-interval",
                    checkInterval,
                    Duration.ofSeconds(1),
                    Duration.ofDays(7));
        }
    }

    /**
     * Events of reservations.
     *
     * @param enabled Whether events of reservations are published through the outbox, in the transactions that make the changes.
     * @param topic Topic that events of reservations go to.
     */
    public record Events(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("reservations") String topic) {

        public Events {
            if (topic.isBlank()) {
                throw new PatternConfigurationException(
                        "The property patterns.escrow.events.topic is blank.",
                        "Set patterns.escrow.events.topic to a topic's name, or leave it out for its default.");
            }
        }
    }

    /**
     * What is measured of the stock.
     *
     * @param interval How often the stock is counted for the gauges. From 1 second to 1 day.
     * @param resources Names of resources that have gauges of their own, besides the sums of all. 100 at most.
     */
    public record Meters(
            @DefaultValue("15s") Duration interval,
            @DefaultValue Set<String> resources) {

        private static final int MOST = 100;

        public Meters {
            PropertyRange.require(
                    "patterns.escrow.meters.interval", interval, Duration.ofSeconds(1), Duration.ofDays(1));
            resources = Set.copyOf(resources);
            if (resources.size() > MOST || resources.stream().anyMatch(String::isBlank)) {
                throw new PatternConfigurationException(
                        "The property patterns.escrow.meters.resources has " + resources.size()
                                + " names, but must have between 0 and " + MOST + ", none of them blank.",
                        "Name the few resources that are watched one by one; the sums are of all resources.");
            }
        }
    }

    /**
     * When the escrow is down.
     *
     * @param maxOverdue For how long, beyond the expiry's interval, a reservation may be held after its time, or the expiry not turn. From 1 second to 1 day.
     */
    public record Health(@DefaultValue("30s") Duration maxOverdue) {

        public Health {
            PropertyRange.require(
                    "patterns.escrow.health.max-overdue", maxOverdue, Duration.ofSeconds(1), Duration.ofDays(1));
        }
    }

    /**
     * The tables.
     *
     * @param initialize Whether missing tables are created at start: always, embedded, or never.
     */
    public record Schema(@DefaultValue("always") DatabaseInitializationMode initialize) {}
}
