package io.micropatterns.outbox.debezium;

import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import java.util.Map;
import java.util.Properties;

/**
 * Reads the database's log with Debezium's asynchronous embedded engine, one engine for each stream. Thread-safe.
 *
 * <p>The engine has no offsets of its own: a stream begins where the slot was confirmed last. It neither makes nor drops
 * slots and publications, takes no snapshot, and is not restarted; its failure ends the stream. Events with a row carry the
 * whole transaction id, messages its low 32 bits.
 *
 * <p>A stream holds two connections besides that of replication, and a few threads. It keeps in memory at most what
 * {@code max.queue.size} and {@code max.queue.size.in.bytes} allow, about three times.
 */
public final class DebeziumChangeSource implements ChangeSource {

    private final ReplicationAddress address;
    private final EngineSettings settings;

    /** With Debezium's properties as the library sets them. */
    public DebeziumChangeSource(ReplicationAddress address) {
        this(address, Map.of());
    }

    /**
     * With further properties of Debezium's engine and connector, which win over the library's.
     *
     * @param address where the database is
     * @param properties by Debezium's names, such as {@code max.batch.size} or {@code driver.sslmode}
     * @throws IllegalArgumentException when one of them is {@linkplain #isReserved reserved}, or the address is no URL of
     *     PgJDBC's
     */
    public DebeziumChangeSource(ReplicationAddress address, Map<String, String> properties) {
        properties.keySet().stream()
                .filter(DebeziumChangeSource::isReserved)
                .findFirst()
                .ifPresent(property -> {
                    throw new IllegalArgumentException("Debezium's property '" + property
                            + "' is not to be set: what the outbox guarantees depends on it");
                });
        this.address = address;
        this.settings = new EngineSettings(address, properties);
    }

    /** Whether a property of Debezium's is the library's to set, since what it guarantees depends on it. */
    public static boolean isReserved(String property) {
        return ReservedProperties.contain(property);
    }

    /**
     * {@inheritDoc} Looks at the slot and the publication, for which it blocks, and lets the engine start; should that fail,
     * so does the stream's {@link ChangeStream#next}.
     *
     * @throws ChangeStreamException when the database does not answer, the slot or the publication is missing or of no use,
     *     or another process streams from the slot
     */
    @Override
    public ChangeStream open(ReplicationSlot slot) {
        SlotCheck check = new SlotCheck(address, slot);
        check.beforeStart();
        Properties properties = settings.of(slot);
        DebeziumChangeStream stream = new DebeziumChangeStream(slot, properties);
        stream.start();
        return stream;
    }
}
