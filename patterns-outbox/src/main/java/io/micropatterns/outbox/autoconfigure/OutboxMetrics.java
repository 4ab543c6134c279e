package io.micropatterns.outbox.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micropatterns.outbox.OutboxListener;
import io.micropatterns.outbox.OutboxMonitor;
import io.micropatterns.outbox.OutboxRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The outbox's meters. Tags are event types, of which an application has few. */
final class OutboxMetrics implements OutboxListener {

    private final MeterRegistry registry;
    private final Clock clock;
    private final Timer delay;
    private final Counter failures;

    OutboxMetrics(MeterRegistry registry, OutboxMonitor monitor, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        this.delay = Timer.builder("patterns.outbox.delay")
                .description("Time from storing the oldest event of a page to its publication")
                .register(registry);
        this.failures = Counter.builder("patterns.outbox.relay.failures")
                .description("Relay sessions that failed and were opened again")
                .register(registry);
        Gauge.builder("patterns.outbox.pending", monitor, OutboxMonitor::lastKnownPending)
                .description("Committed events that have not been published yet")
                .register(registry);
        TimeGauge.builder(
                        "patterns.outbox.pending.age",
                        () -> monitor.lastKnownOldestAge().toMillis(),
                        TimeUnit.MILLISECONDS)
                .description("How long the oldest unpublished event has waited")
                .register(registry);
    }

    @Override
    public void stored(List<OutboxRecord> records) {
        count("patterns.outbox.stored", "Events stored, including those rolled back", records);
    }

    @Override
    public void published(int shard, List<OutboxRecord> records, Duration took) {
        Duration waited = Duration.between(records.get(0).createdAt(), clock.instant());
        delay.record(waited.isNegative() ? Duration.ZERO : waited);
        count("patterns.outbox.published", "Events published", records);
    }

    @Override
    public void rejected(OutboxRecord event, Throwable cause) {
        count(
                "patterns.outbox.rejected",
                "Events that the stream rejected, parked in the dead letters",
                List.of(event));
    }

    @Override
    public void failed(int shard, Throwable cause) {
        failures.increment();
    }

    private void count(String name, String description, List<OutboxRecord> records) {
        if (records.size() == 1) {
            counter(name, description, records.get(0).type()).increment();
            return;
        }
        Map<String, Integer> types = new HashMap<>();
        records.forEach(event -> types.merge(event.type(), 1, Integer::sum));
        types.forEach((type, number) -> counter(name, description, type).increment(number));
    }

    private Counter counter(String name, String description, String type) {
        return Counter.builder(name).description(description).tag("type", type).register(registry);
    }
}
