package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.deadletter.DeadLetterCount;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import io.micropatterns.core.deadletter.DeadLetters;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * UP with the number of letters by status; WARN from a threshold of letters that await an operator on. WARN does not
 * lower the application's own status: restarting it would cure nothing.
 */
final class DeadLettersHealthIndicator extends AbstractHealthIndicator {

    private static final Status WARN = new Status("WARN", "Dead letters await an operator");

    private final DeadLetters deadLetters;
    private final long warnThreshold;

    DeadLettersHealthIndicator(DeadLetters deadLetters, long warnThreshold) {
        super("Dead letters cannot be counted");
        this.deadLetters = Objects.requireNonNull(deadLetters, "deadLetters");
        this.warnThreshold = warnThreshold;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Map<DeadLetterStatus, Long> counts = new EnumMap<>(DeadLetterStatus.class);
        for (DeadLetterStatus status : DeadLetterStatus.values()) {
            counts.put(status, 0L);
        }
        for (DeadLetterCount count : deadLetters.counts()) {
            counts.merge(count.status(), count.count(), Long::sum);
        }
        builder.status(counts.getOrDefault(DeadLetterStatus.DEAD, 0L) < warnThreshold ? Status.UP : WARN);
        counts.forEach((status, count) -> builder.withDetail(status.name().toLowerCase(Locale.ROOT), count));
    }
}
