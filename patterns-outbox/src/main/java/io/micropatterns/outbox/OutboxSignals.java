package io.micropatterns.outbox;

import java.util.BitSet;
import java.util.function.Consumer;

/**
 * Tells relays that events have been committed, so that they need not wait for their next poll. Signals are hints: one
 * that is lost costs latency, never an event. Thread-safe.
 */
public interface OutboxSignals {

    /** Signals that events of these shards were committed here. Does not block and does no I/O on the caller's thread. */
    void committed(BitSet shards);

    /** Registers who is told of commits, here and on other nodes, on any thread; it must not block. */
    void subscribe(Consumer<BitSet> listener);
}
