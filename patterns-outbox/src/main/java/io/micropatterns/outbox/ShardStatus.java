package io.micropatterns.outbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a shard's relay is doing.
 *
 * @param shard the shard
 * @param state what it is doing
 * @param token the fencing token of its lease
 * @param sinceLastTurn how long ago its loop last turned; more than a few poll intervals means that it is stuck
 * @param published how many records it has published since it took the shard over
 * @param failure why it last failed, until it has published again
 * @param stream how streaming the database's log goes; {@code null} for a shard that is polled by configuration
 */
public record ShardStatus(
        int shard,
        State state,
        long token,
        Duration sinceLastTurn,
        long published,
        @Nullable String failure,
        @Nullable StreamStatus stream) {

    /** What a shard's relay is doing. */
    public enum State {
        /** Taking the shard over from whoever had it. */
        OPENING,
        /** Publishing, or waiting for events. */
        RUNNING,
        /** Paused by an operator. */
        PAUSED,
        /** The stream or the database has failed; trying again. */
        FAILING,
        /** The cursor does not belong to this database; an operator must rebase it. */
        NEEDS_REBASE
    }
}
