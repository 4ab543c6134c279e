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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The outbox's meters. Tags are event types, of which an application has few. */
final class OutboxMetrics implements OutboxListener {

    private final Clock clock;
    private final ByType stored;
    private final ByType published;
    private final ByType rejected;
    private final Timer delay;
    private final Counter failures;

    OutboxMetrics(MeterRegistry registry, OutboxMonitor monitor, Clock clock) {
        this.clock = clock;
        this.stored = new ByType(registry, "patterns.outbox.stored", "Events stored, including those rolled back");
        this.published = new ByType(registry, "patterns.outbox.published", "Events published");
        this.rejected = new ByType(
                registry, "patterns.outbox.rejected", "Events that the stream rejected, parked in the dead letters");
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
        stored.count(records);
    }

    @Override
    public void published(int shard, List<OutboxRecord> records, Duration took) {
        Duration waited = Duration.between(records.get(0).createdAt(), clock.instant());
        delay.record(waited.isNegative() ? Duration.ZERO : waited);
        published.count(records);
    }

    @Override
    public void rejected(OutboxRecord event, Throwable cause) {
        rejected.count(List.of(event));
    }

    @Override
    public void failed(int shard, Throwable cause) {
        failures.increment();
    }

    /** A counter for each event type, looked up once: the registry's own look-up costs more than storing an event may. */
    private static final class ByType {

        private final Map<String, Counter> counters = new ConcurrentHashMap<>();
        private final Function<String, Counter> register;

        ByType(MeterRegistry registry, String name, String description) {
            this.register = type -> Counter.builder(name)
                    .description(description)
                    .tag("type", type)
                    .register(registry);
        }

        void count(List<OutboxRecord> records) {
            if (records.size() == 1) {
                counter(records.get(0).type()).increment();
                return;
            }
            Map<String, Integer> types = new HashMap<>();
            records.forEach(event -> types.merge(event.type(), 1, Integer::sum));
            types.forEach((type, number) -> counter(type).increment(number));
        }

        private Counter counter(String type) {
            return counters.computeIfAbsent(type, register);
        }
    }
}
