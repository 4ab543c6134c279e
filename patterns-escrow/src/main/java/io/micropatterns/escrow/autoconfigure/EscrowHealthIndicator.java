package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.escrow.EscrowMonitor;
import io.micropatterns.escrow.EscrowMonitor.Figures;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * DOWN when reservations hold what they should have given back long ago, by whomever; and on the instance whose task that is, when its
 * loop does not turn: judged at the loop, too, so that one that hangs does not look healthy because nothing is due.
 */
final class EscrowHealthIndicator extends AbstractHealthIndicator {

    private final EscrowMonitor monitor;
    private final List<ReservationExpiry> expiries;
    private final Supplier<Optional<Figures>> counted;
    private final Duration limit;

    /**
     * Looks at these.
     *
     * @param expiries that this instance takes part in, one of each database
     * @param counted what was counted last
     * @param limit how long something may be overdue, and the loop not turn
     */
    EscrowHealthIndicator(
            EscrowMonitor monitor,
            List<ReservationExpiry> expiries,
            Supplier<Optional<Figures>> counted,
            Duration limit) {
        super("The escrow cannot be looked at");
        this.monitor = monitor;
        this.expiries = expiries;
        this.counted = counted;
        this.limit = limit;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        List<String> problems = new ArrayList<>();
        Duration overdue = monitor.overdue();
        if (overdue.compareTo(limit) > 0) {
            problems.add("a reservation is still held whose time has been over for " + overdue.toSeconds() + " s");
        }
        List<Duration> turns = expiries.stream()
                .filter(ReservationExpiry::isHeld)
                .map(ReservationExpiry::sinceLast)
                .toList();
        turns.stream()
                .filter(turn -> turn.compareTo(limit) > 0)
                .forEach(turn -> problems.add("the expiry has not turned for " + turn.toSeconds() + " s"));
        health.status(problems.isEmpty() ? "UP" : "DOWN")
                .withDetail("oldestOverdueSeconds", overdue.toSeconds())
                .withDetail("sweeps", !turns.isEmpty());
        if (expiries.isEmpty()) {
            health.withDetail("expiry", "this instance takes no part (patterns.escrow.expiry.enabled)");
        }
        counted.get().ifPresent(figures -> health.withDetail("resources", figures.resources()));
        if (!problems.isEmpty()) {
            health.withDetail("problems", problems);
        }
    }
}
