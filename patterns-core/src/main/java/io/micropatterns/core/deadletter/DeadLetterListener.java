package io.micropatterns.core.deadletter;

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
}
