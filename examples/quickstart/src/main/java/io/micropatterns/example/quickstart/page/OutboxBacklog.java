package io.micropatterns.example.quickstart.page;

import java.time.Duration;

/** What waits in the outbox: the page's view of the outbox's own figures. */
public interface OutboxBacklog {

    /** How many events have committed and are not yet in the topic. */
    long pending();

    /** How long the oldest of them has waited; zero when none waits. */
    Duration oldestPendingAge();
}
