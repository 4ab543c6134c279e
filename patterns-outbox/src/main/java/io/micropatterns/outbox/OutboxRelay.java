package io.micropatterns.outbox;

import io.micropatterns.core.lease.LeaseOwner;
import java.util.List;

/** Brings stored events to the stream, in the background. Thread-safe. */
public interface OutboxRelay {

    /** Begins to share the shards with the other instances and to relay. Does not block. */
    void start();

    /** Stops relaying and gives the shards back; waits for the page under way, boundedly. Can be started again. */
    void stop();

    /** Whether it has been started and not stopped. */
    boolean isRunning();

    /** Stops this instance's shards from publishing, keeping them; events wait in the table. */
    void pause();

    /** Ends {@link #pause()}. */
    void resume();

    /** Whether it is paused. */
    boolean isPaused();

    /** The state of every shard this instance relays. Does no I/O. */
    List<ShardStatus> shards();

    /** Who relays which shard, among all instances. One query. */
    List<LeaseOwner> owners();

    /**
     * After a restore of the database from a logical dump or to an earlier point: makes a shard's progress fit this
     * database and relays on. Events that were stored and not published will be; those published will not be again.
     *
     * @return whether this instance relays the shard; otherwise ask another
     */
    boolean rebase(int shard);
}
