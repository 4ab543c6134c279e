package io.micropatterns.core.deadletter;

import java.util.List;

/**
 * Is told what becomes of dead letters, after the commit that it happened in, on the committing thread. Must be
 * thread-safe and must not block.
 */
public interface DeadLetterListener {

    /** A listener that does nothing. */
    DeadLetterListener NONE = new DeadLetterListener() {};

    /** So many letters of a source were parked. */
    default void parked(String source, int count) {}

    /** So many letters of a source were delivered after all. */
    default void resolved(String source, int count) {}

    /** A letter of a source was discarded by an operator. */
    default void discarded(String source) {}

    /** A listener that passes on to all of these, in order. */
    static DeadLetterListener all(List<? extends DeadLetterListener> listeners) {
        return listeners.size() == 1 ? listeners.get(0) : new DeadLetterListeners(List.copyOf(listeners));
    }
}
