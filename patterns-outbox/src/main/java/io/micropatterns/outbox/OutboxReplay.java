package io.micropatterns.outbox;

import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Publishes stored events again: as new rows with the same event ids and the header {@link OutboxHeaders#REPLAYED}, so
 * that consumers that deduplicate by id ignore them unless they look for the header. Only events still kept by retention
 * can be replayed, and copies that an earlier replay made are not. Thread-safe; each call is one transaction.
 */
public interface OutboxReplay {

    /**
     * Replays what was stored in a span of time.
     *
     * @param from the first instant, inclusive
     * @param to the last instant, exclusive
     * @param topic only events to this topic; {@code null} for all
     * @return how many events will be published again
     */
    int replay(Instant from, Instant to, @Nullable String topic);

    /** Replays events by id; answers how many were found. */
    int replay(Collection<UUID> ids);
}
