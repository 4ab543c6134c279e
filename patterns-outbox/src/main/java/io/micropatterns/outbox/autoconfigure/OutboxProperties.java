package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.autoconfigure.PropertyRange;
import io.micropatterns.outbox.RouteSpecification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/**
 * Properties of the outbox.
 *
 * @param enabled Whether the outbox is configured at all.
 * @param name Name of this outbox in topics and transactional ids, taken when it is first started and kept from then on. Default: spring.application.name, or "outbox".
 * @param shards How many shards keys are spread over, 1 to 1024. Shards of an earlier, larger number go on being relayed.
 * @param requireTransaction Whether publishing outside a transaction is an error; otherwise it gets one of its own.
 * @param maxPayloadSize Largest serialised payload accepted.
 * @param publisher Where events go: kafka, or spring for listeners in this application.
 * @param relay How events get there: polling of the table, wal or debezium for streaming the database's log, or none for an instance that only stores.
 * @param storage Where events wait: table, or wal for the database's log alone, which takes a streaming relay.
 * @param routing Routes by logical event type, which win over annotations.
 * @param schema The outbox's tables.
 * @param polling The relay, and how it polls.
 * @param cdc Streaming the database's log.
 * @param kafka Publishing to Kafka.
 * @param deadLetters What becomes of events that the stream rejects.
 * @param retention How published events leave the table.
 * @param limits Bounds on unpublished events.
 */
@ConfigurationProperties("patterns.outbox")
public record OutboxProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String name,
        @DefaultValue("1") int shards,
        @DefaultValue("true") boolean requireTransaction,
        @DefaultValue("1000000B") DataSize maxPayloadSize,
        @DefaultValue("kafka") PublisherType publisher,
        @DefaultValue("polling") RelayType relay,
        @DefaultValue("table") StorageType storage,
        @DefaultValue Map<String, Route> routing,
        @DefaultValue Schema schema,
        @DefaultValue Polling polling,
        @DefaultValue Cdc cdc,
        @DefaultValue Kafka kafka,
        @DefaultValue DeadLetters deadLetters,
        @DefaultValue Retention retention,
        @DefaultValue Limits limits) {

    private static final Duration LONG = Duration.ofDays(3650);

    public OutboxProperties {
        PropertyRange.require("patterns.outbox.shards", shards, 1, 1024);
        PropertyRange.require(
                "patterns.outbox.max-payload-size", maxPayloadSize, DataSize.ofBytes(1), DataSize.ofGigabytes(1));
        if (shards != 1 && (isStreamed(relay) || storage == StorageType.WAL)) {
            throw new PatternConfigurationException(
                    "The property patterns.outbox.shards is " + shards
                            + ", but the database's log is streamed as one, in" + " the order of commits.",
                    "Remove patterns.outbox.shards; events of shards that there were before are relayed by polling. Or"
                            + " use patterns.outbox.relay=polling and patterns.outbox.storage=table.");
        }
        if (storage == StorageType.WAL && relay == RelayType.POLLING) {
            throw new PatternConfigurationException(
                    "The property patterns.outbox.storage is wal, and patterns.outbox.relay is polling, which does not see"
                            + " events that are in the database's log alone.",
                    "Set patterns.outbox.storage=table, or patterns.outbox.relay to wal or debezium, or to none where other"
                            + " instances relay.");
        }
        routing.forEach((type, route) -> {
            if (route.topics().isEmpty()) {
                String key = RouteSpecification.property(type) + ".topics";
                throw new PatternConfigurationException(
                        "The property " + key + " must name at least one topic: a configured route replaces the"
                                + " annotation's as a whole.",
                        "Set " + key
                                + ". A type whose name has other characters than letters, digits and hyphens goes in"
                                + " brackets, as in patterns.outbox.routing[order.placed].topics.");
            }
        });
    }

    /** The name to propose. */
    String nameOr(Environment environment) {
        return name != null ? name : environment.getProperty("spring.application.name", "outbox");
    }

    /** Where events go. */
    public enum PublisherType {
        /** To Kafka topics. */
        KAFKA,
        /** To listeners in this application. */
        SPRING
    }

    /** How events get there. */
    public enum RelayType {
        /** By reading the table. */
        POLLING,
        /** By streaming the database's log through PgJDBC. */
        WAL,
        /** By streaming the database's log through Debezium's embedded engine. */
        DEBEZIUM,
        /** Not by this instance. */
        NONE
    }

    /** Where events wait. */
    public enum StorageType {
        /** In a table. */
        TABLE,
        /** In the database's log alone. */
        WAL
    }

    private static boolean isStreamed(RelayType relay) {
        return relay == RelayType.WAL || relay == RelayType.DEBEZIUM;
    }

    /**
     * Where events of one type go.
     *
     * @param topics Topics, each literal or a SpEL template as in orders-#{region}; one record each.
     * @param key SpEL expression over the event that gives the record's key.
     * @param headers SpEL expression over the event of each extra record header.
     */
    public record Route(
            @DefaultValue List<String> topics,
            @DefaultValue("") String key,
            @DefaultValue Map<String, String> headers) {}

    /**
     * How the outbox's tables come to be.
     *
     * @param initialize Whether to create the tables when they are missing: always, embedded (in-memory databases only) or never.
     */
    public record Schema(@DefaultValue("always") DatabaseInitializationMode initialize) {}

    /**
     * Streaming the database's log.
     *
     * @param slot Name of the replication slot. Default: outbox, the outbox's name and eight digits that are unique to the database, with underscores.
     * @param publication Name of the publication of the outbox's rows. Default: that of the slot.
     * @param create Whether slot and publication are created when they are missing, which takes REPLICATION, and CREATE on the database.
     * @param url JDBC URL of the replication connection, straight to the primary. Default: that of the data source.
     * @param username Role of the replication connection. Default: that of the data source.
     * @param password Password of that role. Default: that of the data source.
     * @param checkInterval How often to look at the slot, and to let the database forget log of which nothing is needed.
     * @param warnRetained Log kept for the slot from which on health and log warn; 0 for never.
     * @param maxRetained Log kept for the slot from which on it is given up, and the table polled; with storage=wal new events go to the table then. 0 for never.
     */
    public record Cdc(
            @Nullable String slot,
            @Nullable String publication,
            @DefaultValue("true") boolean create,
            @Nullable String url,
            @Nullable String username,
            @Nullable String password,
            @DefaultValue("5s") Duration checkInterval,
            @DefaultValue("1GB") DataSize warnRetained,
            @DefaultValue("10GB") DataSize maxRetained) {

        private static final String SLOT_NAME = "[a-z0-9_]{1,63}";

        public Cdc {
            String prefix = "patterns.outbox.cdc.";
            if (slot != null && !slot.matches(SLOT_NAME)) {
                throw new PatternConfigurationException(
                        "The property " + prefix + "slot is '" + slot + "', which PostgreSQL does not allow.",
                        "Use up to 63 lower-case letters, digits and underscores.");
            }
            PropertyRange.require(
                    prefix + "check-interval", checkInterval, Duration.ofMillis(10), Duration.ofMinutes(10));
            PropertyRange.require(
                    prefix + "warn-retained", warnRetained, DataSize.ofBytes(0), DataSize.ofTerabytes(1000));
            PropertyRange.require(
                    prefix + "max-retained", maxRetained, DataSize.ofBytes(0), DataSize.ofTerabytes(1000));
        }
    }

    /**
     * The relay, and how it polls.
     *
     * @param pageSize Most events published at once, 1 to 100000.
     * @param pageBytes Payload bytes a page should not exceed.
     * @param interval Longest wait before looking for events that nobody signalled.
     * @param leaseTimeToLive How long a shard outlives the last heartbeat of the instance that held it.
     * @param progressInterval How often progress is saved in the database while publishing.
     * @param stepDownAfter How long a shard may fail without anything published before this instance leaves its shards to the others for a while.
     * @param listen Whether to listen for commits of other instances, which occupies one pooled connection.
     */
    public record Polling(
            @DefaultValue("4000") int pageSize,
            @DefaultValue("16000000B") DataSize pageBytes,
            @DefaultValue("1s") Duration interval,
            @DefaultValue("10s") Duration leaseTimeToLive,
            @DefaultValue("500ms") Duration progressInterval,
            @DefaultValue("30s") Duration stepDownAfter,
            @DefaultValue("true") boolean listen) {

        public Polling {
            String prefix = "patterns.outbox.polling.";
            PropertyRange.require(prefix + "page-size", pageSize, 1, 100_000);
            PropertyRange.require(prefix + "page-bytes", pageBytes, DataSize.ofBytes(1), DataSize.ofGigabytes(1));
            PropertyRange.require(prefix + "interval", interval, Duration.ofMillis(1), Duration.ofMinutes(1));
            PropertyRange.require(
                    prefix + "lease-time-to-live", leaseTimeToLive, Duration.ofMillis(100), Duration.ofMinutes(10));
            PropertyRange.require(
                    prefix + "progress-interval", progressInterval, Duration.ofMillis(1), Duration.ofMinutes(1));
            PropertyRange.require(
                    prefix + "step-down-after", stepDownAfter, Duration.ofMillis(100), Duration.ofDays(1));
        }
    }

    /**
     * Publishing to Kafka; connections and clients are configured by spring.kafka.
     *
     * @param exactlyOnce Whether events and progress share Kafka transactions. Otherwise events may come twice after a crash.
     * @param progressTopic Compacted topic that keeps the progress, created when missing. It must be this outbox's alone. Default: name, eight digits that are unique to the database, and outbox-progress, with hyphens.
     */
    public record Kafka(
            @DefaultValue("true") boolean exactlyOnce,
            @Nullable String progressTopic) {}

    /**
     * What becomes of events that the stream rejects.
     *
     * @param attempts How often an event is tried before an operator must decide.
     * @param firstDelay Wait before the second attempt; it doubles with each further one.
     * @param maxDelay Longest wait between two attempts.
     * @param blockKey Whether later events of its topic and key wait behind it.
     */
    public record DeadLetters(
            @DefaultValue("5") int attempts,
            @DefaultValue("1s") Duration firstDelay,
            @DefaultValue("1m") Duration maxDelay,
            @DefaultValue("false") boolean blockKey) {

        public DeadLetters {
            String prefix = "patterns.outbox.dead-letters.";
            PropertyRange.require(prefix + "attempts", attempts, 1, 1_000);
            PropertyRange.require(prefix + "first-delay", firstDelay, Duration.ZERO, LONG);
            PropertyRange.require(prefix + "max-delay", maxDelay, Duration.ZERO, LONG);
            if (firstDelay.compareTo(maxDelay) > 0) {
                throw new PatternConfigurationException(
                        "The property " + prefix + "first-delay is longer than " + prefix + "max-delay.",
                        "Shorten " + prefix + "first-delay, or set a longer " + prefix
                                + "max-delay (its default is 1m).");
            }
        }
    }

    /**
     * How published events leave the table.
     *
     * @param enabled Whether this instance looks after it.
     * @param keep How long published events are kept, for replay.
     * @param partitionInterval Time that one partition covers; partitions are dropped whole. At least a minute, or zero for none.
     * @param checkInterval How often to look.
     */
    public record Retention(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1d") Duration keep,
            @DefaultValue("6h") Duration partitionInterval,
            @DefaultValue("1m") Duration checkInterval) {

        public Retention {
            String prefix = "patterns.outbox.retention.";
            PropertyRange.require(prefix + "keep", keep, Duration.ZERO, LONG);
            if (!partitionInterval.isZero()) {
                PropertyRange.require(prefix + "partition-interval", partitionInterval, Duration.ofMinutes(1), LONG);
            }
            PropertyRange.require(prefix + "check-interval", checkInterval, Duration.ofMillis(10), Duration.ofDays(1));
        }
    }

    /**
     * Bounds on unpublished events.
     *
     * @param warnPending Number of unpublished events from which on health and log warn; 0 for never.
     * @param maxPending Number of unpublished events from which on publishing is refused; 0 for never.
     * @param checkInterval How often to count them.
     */
    public record Limits(
            @DefaultValue("100000") long warnPending,
            @DefaultValue("0") long maxPending,
            @DefaultValue("5s") Duration checkInterval) {

        public Limits {
            String prefix = "patterns.outbox.limits.";
            PropertyRange.require(prefix + "warn-pending", warnPending, 0L, Long.MAX_VALUE);
            PropertyRange.require(prefix + "max-pending", maxPending, 0L, Long.MAX_VALUE);
            PropertyRange.require(prefix + "check-interval", checkInterval, Duration.ofMillis(10), Duration.ofDays(1));
        }
    }
}
