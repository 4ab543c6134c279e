package io.micropatterns.escrow.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micropatterns.batch.Coalescer;
import io.micropatterns.escrow.EscrowListener;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is done with the escrow, as meters. Thread-safe. */
final class EscrowMetrics implements EscrowListener {

    private final MeterRegistry registry;

    // Bounded by two enums, and looked up once each: the registry's own look-up costs more than the recording.
    private final Map<Operation, Map<RequestOutcome, Timer>> requests = new ConcurrentHashMap<>();
    private final Map<Contention, Counter> contention = new ConcurrentHashMap<>();
    private final Timer expiry;
    private final Counter expired;

    EscrowMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.expiry = Timer.builder("patterns.escrow.expiry")
                .description("Batches of the expiry on this instance")
                .register(registry);
        this.expired = Counter.builder("patterns.escrow.expired")
                .description("Reservations that this instance has ended for their time was over")
                .register(registry);
        for (Operation operation : Operation.values()) {
            requests.put(operation, new ConcurrentHashMap<>());
        }
        for (Contention kind : Contention.values()) {
            contention.put(
                    kind,
                    Counter.builder("patterns.escrow.contention")
                            .description("Statements that were not enough, for others are at the same rows")
                            .tag("kind", lowerCase(kind))
                            .register(registry));
        }
    }

    /** Adds the gauges of a coalescer, named as those of other coalescers. */
    void bind(Coalescer<?, ?> coalescer) {
        Gauge.builder("patterns.batch.pending", coalescer, Coalescer::pending)
                .description("Requests that wait or are worked on")
                .tag("coalescer", coalescer.name())
                .register(registry);
        Gauge.builder("patterns.batch.limit", coalescer, Coalescer::limit)
                .description("How many requests a batch may have at present")
                .tag("coalescer", coalescer.name())
                .register(registry);
    }

    @Override
    public void answered(Operation operation, @Nullable Throwable failure, Duration took) {
        timer(operation, RequestOutcome.of(failure)).record(took);
    }

    private Timer timer(Operation operation, RequestOutcome outcome) {
        Map<RequestOutcome, Timer> timers = Objects.requireNonNull(requests.get(operation));
        Timer known = timers.get(outcome);
        return known != null ? known : timers.computeIfAbsent(outcome, missing -> register(operation, missing));
    }

    private Timer register(Operation operation, RequestOutcome outcome) {
        return Timer.builder("patterns.escrow.requests")
                .description("What callers wait for an answer")
                .tag("operation", lowerCase(operation))
                .tag("outcome", lowerCase(outcome))
                .register(registry);
    }

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void contended(Contention kind) {
        Objects.requireNonNull(contention.get(kind)).increment();
    }

    @Override
    public void expired(int reservations, Duration took) {
        expiry.record(took);
        expired.increment(reservations);
    }
}
