package io.micropatterns.core.lease;

/**
 * The right to do one named piece of work for a while. A lease alone never guards correctness: a paused holder that
 * wakes up still believes in it for an instant. Everything written under it must therefore carry the {@link #token()}
 * and be refused by the receiver when it has seen a larger one. Thread-safe.
 */
public interface Lease {

    /** What is leased. */
    String name();

    /** Who holds it. */
    String owner();

    /** The fencing token: larger than that of every earlier lease of this name. */
    long token();

    /**
     * Whether the holder may go on. Judged by the holder's own monotonic clock, a tenth of the time to live before the
     * database lets it expire; false for ever once it has been false. Does no I/O.
     */
    boolean isHeld();

    /**
     * Registers what wakes the work up when it must stop for a reason known beforehand: the lease goes to another
     * member, was found lost, or the group is closing. Called once, on another thread, at once if that has happened.
     */
    void onEnd(Runnable wakeUp);
}
