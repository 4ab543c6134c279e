package io.micropatterns.outbox;

import io.micropatterns.core.lease.LeaseOwner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Brings stored events to the stream, in the background. Thread-safe. */
public interface OutboxRelay {

    /** The lease group of the relays that share the shards, and are to be told of commits. */
    String LEASE_GROUP = "outbox";

    /**
     * Begins to share the shards with the other instances and to relay, in the background. One query.
     *
     * @throws IllegalStateException when there are no shards
     */
    void start();

    /** Stops relaying and gives the shards back; waits for the page under way, boundedly. Can be started again. */
    void stop();

    /** Whether it has been started and not stopped. */
    boolean isRunning();

    /**
     * Stops publishing on every instance, within about a second; events wait in the table. Lasts over restarts. One
     * statement.
     */
    void pause();

    /** Ends {@link #pause()}. One statement. */
    void resume();

    /** Whether it is paused. One query. */
    boolean isPaused();

    /** How long ago this instance last told the database that it is alive. Does no I/O. */
    Duration sinceHeartbeat();

    /**
     * Why this instance leaves its shards to others for a while, if it does: it could not publish anything for too long,
     * and those others may. It has its share of the shards all the same while there are no others, or all of them do so.
     * Does no I/O.
     */
    Optional<String> steppedDown();

    /** The state of every shard this instance relays. Does no I/O. */
    List<ShardStatus> shards();

    /** Who relays which shard, among all instances. One query. */
    List<LeaseOwner> owners();

    /**
     * After a restore of the database from a logical dump or to an earlier point: makes a shard's progress fit this
     * database and relays on. Events that were stored and not published will be; those published will not be again.
     *
     * <p>A dump that is older than the progress needs care before the first start: see the runbook.
     *
     * @return whether this instance relays the shard and it needs to be rebased
     */
    boolean rebase(int shard);
}
