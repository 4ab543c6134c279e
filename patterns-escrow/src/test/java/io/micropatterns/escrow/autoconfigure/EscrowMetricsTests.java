package io.micropatterns.escrow.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micropatterns.escrow.EscrowException;
import io.micropatterns.escrow.EscrowListener.Contention;
import io.micropatterns.escrow.EscrowListener.Operation;
import io.micropatterns.escrow.EscrowMonitor;
import io.micropatterns.escrow.EscrowMonitor.Figures;
import io.micropatterns.escrow.EscrowMonitor.Stock;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.ReservationException;
import io.micropatterns.escrow.ReservationExpiredException;
import io.micropatterns.escrow.UnknownResourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.springframework.dao.CannotAcquireLockException;

/** The names and tags of the meters. */
class EscrowMetricsTests {

    private static final UUID ID = UUID.randomUUID();

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void requestsAreTimedByOperationAndOutcome() {
        EscrowMetrics metrics = new EscrowMetrics(registry);
        metrics.answered(Operation.RESERVE, null, Duration.ofMillis(2));
        metrics.answered(Operation.RESERVE, null, Duration.ofMillis(4));
        metrics.answered(Operation.CONFIRM, new ReservationExpiredException(ID, Instant.EPOCH), Duration.ofMillis(1));

        assertThat(registry.get("patterns.escrow.requests")
                        .tags("operation", "reserve", "outcome", "success")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(6);
        assertThat(registry.get("patterns.escrow.requests")
                        .tags("operation", "confirm", "outcome", "expired")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.find("patterns.escrow.requests").timers()).hasSize(2);
    }

    @Test
    void outcomesAreFew() {
        assertOutcome(null, "success");
        assertOutcome(new InsufficientStockException("bed", 1, 0), "insufficient");
        assertOutcome(new UnknownResourceException("bed"), "unknown");
        assertOutcome(new ReservationExpiredException(ID, Instant.EPOCH), "expired");
        assertOutcome(new ReservationException(ID, "was released"), "refused");
        assertOutcome(new CancellationException(), "cancelled");
        assertOutcome(new CannotAcquireLockException("deadlock"), "conflict");
        assertOutcome(new EscrowException("something", null), "failed");
    }

    private void assertOutcome(@Nullable Throwable failure, String outcome) {
        assertThat(RequestOutcome.of(failure)).hasToString(outcome.toUpperCase(Locale.ROOT));
    }

    @Test
    void contentionAndExpiryAreCounted() {
        EscrowMetrics metrics = new EscrowMetrics(registry);
        metrics.contended(Contention.CHANGED);
        metrics.expired(7, Duration.ofMillis(3));
        metrics.expired(0, Duration.ofMillis(1));

        assertThat(contention("changed")).isEqualTo(1);
        assertThat(contention("repeated")).isZero();
        assertThat(contention("gathered")).isZero();
        assertThat(registry.get("patterns.escrow.expired").counter().count()).isEqualTo(7);
        assertThat(registry.get("patterns.escrow.expiry").timer().count()).isEqualTo(2);
    }

    private double contention(String kind) {
        return registry.get("patterns.escrow.contention")
                .tag("kind", kind)
                .counter()
                .count();
    }

    @Test
    void allGaugesAreOfOneQueryAndReadingThemIsNone() {
        EscrowMonitor monitor = Mockito.mock(EscrowMonitor.class);
        Set<String> watched = Set.of("bed", "none");
        Mockito.when(monitor.figures(watched))
                .thenReturn(new Figures(
                        12, new Stock(30, 20, 10), Map.of("bed", new Stock(3, 2, 1)), Duration.ofSeconds(4)));
        EscrowStockMeters meters = new EscrowStockMeters(registry, monitor, watched);
        assertThat(gauge("patterns.escrow.available")).as("not counted yet").isNaN();
        assertThat(meters.last()).isEmpty();

        meters.refresh();
        assertThat(gauge("patterns.escrow.resources")).isEqualTo(12);
        assertThat(gauge("patterns.escrow.available")).isEqualTo(30);
        assertThat(gauge("patterns.escrow.held")).isEqualTo(20);
        assertThat(gauge("patterns.escrow.consumed")).isEqualTo(10);
        assertThat(registry.get("patterns.escrow.overdue").timeGauge().value(TimeUnit.SECONDS))
                .isEqualTo(4);
        assertThat(gauge("patterns.escrow.resource.available", "resource", "bed"))
                .isEqualTo(3);
        assertThat(gauge("patterns.escrow.resource.held", "resource", "bed")).isEqualTo(2);
        assertThat(gauge("patterns.escrow.resource.consumed", "resource", "bed"))
                .isEqualTo(1);
        assertThat(gauge("patterns.escrow.resource.available", "resource", "none"))
                .isNaN();
        Mockito.verify(monitor).figures(watched);
        Mockito.verifyNoMoreInteractions(monitor);
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }
}
