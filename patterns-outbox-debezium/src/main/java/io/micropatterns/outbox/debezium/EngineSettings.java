package io.micropatterns.outbox.debezium;

import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** The properties of an engine, as the outbox needs them. */
final class EngineSettings {

    private final ReplicationAddress address;
    private final Properties url;
    private final Map<String, String> further;

    EngineSettings(ReplicationAddress address, Map<String, String> further) {
        Properties parsed = Driver.parseURL(address.url(), null);
        if (parsed == null) {
            throw new IllegalArgumentException("'" + address.url() + "' is no JDBC URL of PostgreSQL's driver");
        }
        this.address = address;
        this.url = parsed;
        this.further = Map.copyOf(further);
    }

    Properties of(ReplicationSlot slot) {
        Properties all = new Properties();
        engine(all, slot);
        database(all);
        position(all, slot);
        content(all, slot);
        flow(all);
        all.putAll(further);
        return all;
    }

    private static void engine(Properties all, ReplicationSlot slot) {
        all.setProperty("name", slot.name());
        all.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        // Names the engine's MBeans: Debezium waits for a minute when those of an earlier engine are still there.
        all.setProperty("topic.prefix", slot.name() + "." + UUID.randomUUID());
        all.setProperty("record.processing.threads", "1");
        all.setProperty("record.processing.order", "ORDERED");
        all.setProperty("task.management.timeout.ms", "60000");
        all.setProperty("executor.shutdown.timeout.ms", "2000");
        // Quantiles need a library of their own, and time.
        all.setProperty("statistics.metrics.enabled", "false");
        // A failure ends the stream, whose reader decides; Debezium would go on from offsets of its own.
        all.setProperty("errors.max.retries", "0");
        all.setProperty("retriable.restart.connector.wait.ms", "1");
    }

    private void database(Properties all) {
        // The last port is Debezium's; the others travel with their hosts.
        String[] hosts =
                url.getProperty(PGProperty.PG_HOST.getName(), "localhost").split(",");
        String[] ports = url.getProperty(PGProperty.PG_PORT.getName(), "5432").split(",");
        StringBuilder host = new StringBuilder(hosts[0]);
        for (int i = 1; i < hosts.length; i++) {
            host.append(':').append(ports[i - 1]).append(',').append(hosts[i]);
        }
        String user = firstOf(
                address.username(), url.getProperty(PGProperty.USER.getName()), System.getProperty("user.name"));
        String password = firstOf(address.password(), url.getProperty(PGProperty.PASSWORD.getName()), "");
        all.setProperty("database.hostname", host.toString());
        all.setProperty("database.port", ports[ports.length - 1]);
        all.setProperty("database.dbname", url.getProperty(PGProperty.PG_DBNAME.getName(), user));
        all.setProperty("database.user", user);
        all.setProperty("database.password", password);
        for (String name : url.stringPropertyNames()) {
            if (!name.startsWith("PG") && !name.equals("user") && !name.equals("password")) {
                all.setProperty("driver." + name, url.getProperty(name));
            }
        }
    }

    private static String firstOf(@Nullable String first, @Nullable String second, String otherwise) {
        if (first != null) {
            return first;
        }
        return second != null ? second : otherwise;
    }

    /** From where the stream begins, and how far the slot is confirmed. */
    private static void position(Properties all, ReplicationSlot slot) {
        all.setProperty("plugin.name", "pgoutput");
        all.setProperty("slot.name", slot.name());
        all.setProperty("slot.drop.on.stop", "false");
        all.setProperty("slot.max.retries", "0");
        // Debezium makes a slot that is missing, and what lay between would be lost. It sets this timeout just
        // before, and the driver refuses a negative one.
        all.setProperty("internal.create.slot.command.timeout", "-1");
        all.setProperty("publication.name", slot.publication());
        all.setProperty("publication.autocreate.mode", "disabled");
        // Without offsets and without a snapshot, streaming begins where the slot was confirmed.
        all.setProperty("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        all.setProperty("offset.flush.interval.ms", "0");
        all.setProperty("snapshot.mode", "no_data");
        // Only what was confirmed: the driver would go on by itself to what the server has sent.
        all.setProperty("lsn.flush.mode", "connector");
        all.setProperty("lsn.flush.timeout.action", "fail");
        all.setProperty("heartbeat.interval.ms", "0");
    }

    private static void content(Properties all, ReplicationSlot slot) {
        // Partitions too: were they published as themselves, their rows must not pass unseen.
        all.setProperty("table.include.list", ".*\\.patterns_outbox.*");
        all.setProperty("message.prefix.include.list", regex(slot.eventPrefix()) + "," + regex(slot.markPrefix()));
        all.setProperty("skipped.operations", "u,d,t");
        all.setProperty("tombstones.on.delete", "false");
        all.setProperty("provide.transaction.metadata", "false");
        all.setProperty("binary.handling.mode", "bytes");
        // The transaction id: xid8 is none of the types that Debezium knows.
        all.setProperty("include.unknown.datatypes", "true");
        all.setProperty("converters", "instant");
        all.setProperty("instant.type", InstantConverter.class.getName());
        all.setProperty("event.processing.failure.handling.mode", "fail");
        // By default a value that cannot be converted becomes null.
        all.setProperty("event.converting.failure.handling.mode", "fail");
    }

    private static void flow(Properties all) {
        // A change waits for so long until Debezium looks at it. The shorter, the more time Debezium takes when
        // idle, since it spins for up to the last millisecond of each interval: a sixth of a core at 5 ms, almost
        // half of one at 1 ms.
        all.setProperty("poll.interval.ms", "5");
        all.setProperty("max.batch.size", "2048");
        all.setProperty("max.queue.size", "8192");
        all.setProperty("max.queue.size.in.bytes", Integer.toString(16 * 1024 * 1024));
    }

    /** Matches just this text; Debezium splits lists of expressions at commas and trims them. */
    private static String regex(String text) {
        StringBuilder regex = new StringBuilder();
        text.chars().forEach(character -> regex.append(String.format("\\u%04x", character)));
        return regex.toString();
    }
}
