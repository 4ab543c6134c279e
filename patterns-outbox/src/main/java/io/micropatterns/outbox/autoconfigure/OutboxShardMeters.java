package io.micropatterns.outbox.autoconfigure;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRelay;
import java.util.concurrent.atomic.AtomicInteger;

/** Who relays the shards, as meters. The database is asked in the background, never while meters are read. */
final class OutboxShardMeters {

    private final OutboxRelay relay;
    private final OutboxLog log;
    private final AtomicInteger unowned = new AtomicInteger();

    OutboxShardMeters(MeterRegistry registry, OutboxRelay relay, OutboxLog log) {
        this.relay = relay;
        this.log = log;
        Gauge.builder(
                        "patterns.outbox.shards.held",
                        relay,
                        held -> held.shards().size())
                .description("Shards that this instance relays")
                .register(registry);
        Gauge.builder("patterns.outbox.shards.unowned", unowned, AtomicInteger::get)
                .description("Shards that no instance holds the lease of")
                .register(registry);
    }

    void refresh() {
        // A relay that has been stopped does not know who else owns them.
        if (relay.isRunning()) {
            unowned.set(Math.max(0, log.shards().size() - relay.owners().size()));
        }
    }
}
