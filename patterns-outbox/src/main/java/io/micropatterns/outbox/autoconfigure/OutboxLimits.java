package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.outbox.OutboxFullException;
import io.micropatterns.outbox.OutboxMonitor;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches the number of unpublished events: warns at one bound, refuses at the other. Thread-safe. */
final class OutboxLimits implements LongConsumer {

    private static final Logger log = LoggerFactory.getLogger(OutboxLimits.class);

    private final OutboxMonitor monitor;
    private final OutboxProperties.Limits limits;
    private volatile boolean warned;

    OutboxLimits(OutboxMonitor monitor, OutboxProperties.Limits limits) {
        this.monitor = monitor;
        this.limits = limits;
    }

    void check() {
        long pending = monitor.pending();
        boolean over = isOverWarning(pending);
        if (over && !warned) {
            log.warn(
                    "{} events wait in the outbox (patterns.outbox.limits.warn-pending is {}); health and /actuator/outbox"
                            + " tell why the relay does not keep up",
                    pending,
                    limits.warnPending());
        }
        warned = over;
    }

    boolean isOverWarning(long pending) {
        return limits.warnPending() > 0 && pending >= limits.warnPending();
    }

    /** Refuses more events by the count last made, which costs the publisher nothing. */
    @Override
    public void accept(long more) {
        if (limits.maxPending() > 0) {
            long pending = monitor.lastKnownPending();
            if (pending + more > limits.maxPending()) {
                throw new OutboxFullException(pending, limits.maxPending());
            }
        }
    }
}
