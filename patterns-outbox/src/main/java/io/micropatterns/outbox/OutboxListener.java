package io.micropatterns.outbox;

import java.time.Duration;
import java.util.List;

/**
 * Hears what the outbox does; the hook for metrics. Called on the working thread: it must be quick and thread-safe. An
 * exception of its own is logged and changes nothing.
 */
public interface OutboxListener {

    /** Events were stored in a transaction, which may still roll back. */
    default void stored(List<OutboxRecord> records) {}

    /** The stream has these records durably; publishing them took so long. */
    default void published(int shard, List<OutboxRecord> records, Duration took) {}

    /** The stream rejected a record; it is in the dead letters now, to be tried again or not. */
    default void rejected(OutboxRecord record, Throwable cause) {}

    /** A relay session failed and will be opened again. */
    default void failed(int shard, Throwable cause) {}

    /** The listener that calls all of these, in order, whatever one of them throws. */
    static OutboxListener all(List<OutboxListener> listeners) {
        boolean already = listeners.size() == 1 && listeners.get(0) instanceof OutboxListeners;
        return already ? listeners.get(0) : new OutboxListeners(listeners);
    }
}
