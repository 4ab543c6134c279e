package io.micropatterns.batch.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micropatterns.batch.BatchListener;
import io.micropatterns.batch.Coalescer;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * What coalescers do as meters, by the coalescer's name: {@code patterns.batch.size}, {@code .duration}, {@code .wait},
 * {@code .failed}, {@code .retried}, {@code .rejected} and {@code .overdue}; and for those that it is given
 * {@code patterns.batch.pending} and {@code .limit}. Thread-safe.
 */
public final class BatchMeters implements BatchListener {

    private final MeterRegistry registry;

    // Bounded by the coalescers' names.
    private final Map<String, Meters> meters = new ConcurrentHashMap<>();

    /** In this registry. */
    public BatchMeters(MeterRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    /** Adds the gauges of a coalescer, for as long as it is reachable; they take the place of those of an earlier of its name. */
    public void bind(Coalescer<?, ?> coalescer) {
        bind(
                "patterns.batch.pending",
                "Items, or calls of a Batched method, that wait or are worked on",
                coalescer,
                Coalescer::pending);
        bind(
                "patterns.batch.limit",
                "How many items, of all calls together, a batch may have at present",
                coalescer,
                Coalescer::limit);
    }

    private void bind(
            String name, String description, Coalescer<?, ?> coalescer, ToDoubleFunction<Coalescer<?, ?>> value) {
        registry.find(name).tag("coalescer", coalescer.name()).gauges().forEach(registry::remove);
        Gauge.builder(name, coalescer, value)
                .description(description)
                .tag("coalescer", coalescer.name())
                .register(registry);
    }

    @Override
    public void ended(String coalescer, BatchRun batch) {
        Meters of = meters(coalescer);
        of.size().record(batch.items());
        of.duration().record(batch.took());
        of.longestWait().record(batch.longestWait());
        of.failed().increment(batch.failed());
        of.retried().increment(batch.attempts() - 1.0);
    }

    @Override
    public void rejected(String coalescer) {
        meters(coalescer).rejected().increment();
    }

    @Override
    public void overdue(String coalescer) {
        meters(coalescer).overdue().increment();
    }

    private Meters meters(String coalescer) {
        Meters known = meters.get(coalescer);
        return known != null ? known : meters.computeIfAbsent(coalescer, name -> Meters.of(registry, name));
    }

    private record Meters(
            DistributionSummary size,
            Timer duration,
            Timer longestWait,
            Counter failed,
            Counter retried,
            Counter rejected,
            Counter overdue) {

        static Meters of(MeterRegistry registry, String coalescer) {
            return new Meters(
                    DistributionSummary.builder("patterns.batch.size")
                            .description("Items, or calls of a Batched method, in a batch")
                            .tag("coalescer", coalescer)
                            .register(registry),
                    Timer.builder("patterns.batch.duration")
                            .description("From the beginning of a batch to its end, with all attempts")
                            .tag("coalescer", coalescer)
                            .register(registry),
                    Timer.builder("patterns.batch.wait")
                            .description("How long the first item of a batch had waited when it began")
                            .tag("coalescer", coalescer)
                            .register(registry),
                    counter(
                            registry,
                            "patterns.batch.failed",
                            "Items, or calls, that failed in their batches",
                            coalescer),
                    counter(registry, "patterns.batch.retried", "Attempts with parts of failed batches", coalescer),
                    counter(
                            registry,
                            "patterns.batch.rejected",
                            "Items, or calls, refused for want of room",
                            coalescer),
                    counter(
                            registry,
                            "patterns.batch.overdue",
                            "Items, or calls, whose time was over before they were begun",
                            coalescer));
        }

        private static Counter counter(MeterRegistry registry, String name, String description, String coalescer) {
            return Counter.builder(name)
                    .description(description)
                    .tag("coalescer", coalescer)
                    .register(registry);
        }
    }
}
