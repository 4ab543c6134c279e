package io.micropatterns.escrow;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hears what an escrow does; the hook for metrics. Called on the working thread: it must be quick and thread-safe. An exception of
 * its own is logged and changes nothing.
 */
public interface EscrowListener {

    /**
     * A request has been answered, or its caller was told that it will not be.
     *
     * @param operation what was asked for
     * @param failure what the caller was told, if not that it was done
     * @param took how long the caller waited, in a queue as well; until it was complete if it was asynchronous
     */
    default void answered(Operation operation, @Nullable Throwable failure, Duration took) {}

    /** A statement was not enough, for others are at the same rows; told each time. That there is too little for all is none. */
    default void contended(Contention kind) {}

    /**
     * One batch of the expiry has ended; that happens every so often, even if there was nothing to do.
     *
     * @param reservations how many have expired
     * @param took how long it took
     */
    default void expired(int reservations, Duration took) {}

    /** Listens to nothing, and lets nothing be measured for it. */
    static EscrowListener none() {
        return EscrowListeners.NONE;
    }

    /** The listener that calls all of these, in order, whatever one of them throws; also of a single one. */
    static EscrowListener all(List<? extends EscrowListener> listeners) {
        return EscrowListeners.of(listeners);
    }

    /** What can be asked of an {@link Escrow}, besides looking. */
    enum Operation {
        /** To reserve. */
        RESERVE,
        /** To confirm, all of it or a part. */
        CONFIRM,
        /** To release. */
        RELEASE,
        /** To extend. */
        EXTEND
    }

    /** Why one statement was not enough. */
    enum Contention {
        /** The database has ended it for a lock, of callers who wait for each other or longer than they may; it is tried again. */
        REPEATED,
        /** There was less than a statement before it had left: others have taken of it in between. */
        CHANGED,
        /** A stripe had too little, and got from the others what it lacked. */
        GATHERED
    }
}
