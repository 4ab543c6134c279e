package io.micropatterns.outbox;

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

    /** Publishes again what lies in the dead letters and is due, without waiting for the next look. */
    void retryDeadLetters();
}
