package io.micropatterns.outbox;

import java.time.Duration;
import java.util.Map;

/**
 * What waits in the outbox. Figures come from the database and are kept for a moment, so that asking often costs
 * little. Thread-safe; blocks for a query when the figures are old.
 */
public interface OutboxMonitor {

    /** How many committed events have not been published yet, dead letters aside. */
    long pending();

    /** How long the oldest of them has waited; zero when none does. */
    Duration oldestPendingAge();

    /** The figure that {@link #pending()} gave last, without looking again; 0 before. Does no I/O. */
    long lastKnownPending();

    /** The age that {@link #oldestPendingAge()} gave last, without looking again; zero before. Does no I/O. */
    Duration lastKnownOldestAge();

    /** Pending events by topic. Always queries. */
    Map<String, Long> pendingByTopic();
}
