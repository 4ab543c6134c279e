package io.micropatterns.outbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How streaming the database's log goes.
 *
 * @param streaming whether events come from the log now; otherwise the table is polled
 * @param lag how long what was last written to the log on purpose has not come out of the stream; zero when it has
 * @param problem what has kept the shard from streaming, and what to do about it, until it streams again
 * @param eventsAtRisk whether there is a problem, and events may be where only the stream gets them
 */
public record StreamStatus(
        boolean streaming, Duration lag, @Nullable String problem, boolean eventsAtRisk) {}
