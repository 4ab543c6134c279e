package io.micropatterns.outbox.relay;

import java.time.Duration;

/** Where a shard's events come from. Used by the session's thread. */
interface Feed extends AutoCloseable {

    /**
     * The next events, perhaps none.
     *
     * @param after where the shard is, by the page before
     * @param limit how much a page may hold
     * @param longest the longest wait for events when there are none
     */
    Page next(Position after, PageLimit limit, Duration longest) throws InterruptedException;

    /** The shard's position has been saved for good. */
    default void saved(Position position) {}

    @Override
    default void close() {}
}
