package io.micropatterns.outbox;

import java.util.BitSet;

/**
 * Tells relays that events have been committed, so that they need not wait for their next poll. Signals are hints: one
 * that is lost costs latency, never an event. Thread-safe.
 */
public interface OutboxSignals {

    /** Signals that events of these shards were committed here. Does not block and does no I/O on the caller's thread. */
    void committed(BitSet shards);

    /** Registers who is told of commits, here and on other nodes. */
    void subscribe(Subscriber subscriber);

    /** Signals that reach nobody: relays find events by polling. */
    static OutboxSignals none() {
        return new NoSignals();
    }

    /** A relay of some shards. Called on any thread; it must not block. */
    interface Subscriber {

        /** Events of these shards were committed, some of them perhaps not the subscriber's. */
        void committed(BitSet shards);

        /** The shards it relays now: commits of others must be signalled to other nodes. */
        BitSet relayed();
    }
}
