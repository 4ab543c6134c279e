package io.micropatterns.core.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.core.deadletter.DeadLetterCount;
import io.micropatterns.core.deadletter.DeadLetterListener;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * The meters of the dead letters: {@code patterns.deadletters.count} by source and status, as last counted, and
 * {@code patterns.deadletters.parked}, {@code .resolved} and {@code .discarded} by source. Thread-safe.
 */
final class DeadLetterMeters implements DeadLetterListener {

    private final MeterRegistry registry;

    // Bounded by the patterns in use. A gauge once seen stays, at zero, so that an alert on it can clear.
    private final Map<Kind, AtomicLong> counts = new ConcurrentHashMap<>();

    DeadLetterMeters(MeterRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    void update(List<DeadLetterCount> letters) {
        Map<Kind, Long> now = letters.stream()
                .collect(Collectors.groupingBy(
                        letter -> new Kind(letter.source(), letter.status()),
                        Collectors.summingLong(DeadLetterCount::count)));
        counts.forEach((kind, count) -> count.set(now.getOrDefault(kind, 0L)));
        now.forEach((kind, count) -> counts.computeIfAbsent(kind, this::gauge).set(count));
    }

    @Override
    public void parked(String source, int count) {
        counter("patterns.deadletters.parked", "Letters parked", source).increment(count);
    }

    @Override
    public void resolved(String source, int count) {
        counter("patterns.deadletters.resolved", "Letters delivered after all", source)
                .increment(count);
    }

    @Override
    public void discarded(String source) {
        counter("patterns.deadletters.discarded", "Letters discarded by an operator", source)
                .increment();
    }

    private AtomicLong gauge(Kind kind) {
        AtomicLong value = new AtomicLong();
        Gauge.builder("patterns.deadletters.count", value, AtomicLong::get)
                .description("Dead letters in the table, as last counted")
                .tag("source", kind.source())
                .tag("status", kind.status().name().toLowerCase(Locale.ROOT))
                .strongReference(true)
                .register(registry);
        return value;
    }

    private Counter counter(String name, String description, String source) {
        return Counter.builder(name)
                .description(description)
                .tag("source", source)
                .register(registry);
    }

    private record Kind(String source, DeadLetterStatus status) {}
}
