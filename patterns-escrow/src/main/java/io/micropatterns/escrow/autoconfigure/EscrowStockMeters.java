package io.micropatterns.escrow.autoconfigure;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micropatterns.escrow.EscrowMonitor;
import io.micropatterns.escrow.EscrowMonitor.Figures;
import io.micropatterns.escrow.EscrowMonitor.Stock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What there is, as meters. The database is asked in the background, by one query for all gauges, and never while they are read; a gauge
 * has no value (NaN) before the first time, and while there is no such resource.
 */
final class EscrowStockMeters {

    private final EscrowMonitor monitor;
    private final Set<String> resources;
    private volatile @Nullable Figures last;

    EscrowStockMeters(MeterRegistry registry, EscrowMonitor monitor, Set<String> resources) {
        this.monitor = monitor;
        this.resources = resources;
        Gauge.builder("patterns.escrow.resources", () -> figure(Figures::resources))
                .description("Resources")
                .register(registry);
        TimeGauge.builder(
                        "patterns.escrow.overdue",
                        () -> figure(figures -> figures.overdue().toMillis()),
                        TimeUnit.MILLISECONDS)
                .description("For how long the time of a reservation is over that still holds something")
                .register(registry);
        stock(registry, "available", "What can be reserved", Stock::available);
        stock(registry, "held", "What is reserved", Stock::held);
        stock(registry, "consumed", "What was confirmed", Stock::consumed);
    }

    private void stock(MeterRegistry registry, String name, String description, ToDoubleFunction<Stock> quantity) {
        Gauge.builder("patterns.escrow." + name, () -> figure(figures -> quantity.applyAsDouble(figures.all())))
                .description(description + ", of all resources together")
                .register(registry);
        for (String resource : resources) {
            Gauge.builder(
                            "patterns.escrow.resource." + name,
                            () -> figure(figures -> {
                                Stock stock = figures.each().get(resource);
                                return stock == null ? Double.NaN : quantity.applyAsDouble(stock);
                            }))
                    .description(description + ", of a resource")
                    .tag("resource", resource)
                    .register(registry);
        }
    }

    private double figure(ToDoubleFunction<Figures> value) {
        Figures figures = last;
        return figures == null ? Double.NaN : value.applyAsDouble(figures);
    }

    void refresh() {
        last = monitor.figures(resources);
    }

    /** What was counted last. */
    Optional<Figures> last() {
        return Optional.ofNullable(last);
    }
}
