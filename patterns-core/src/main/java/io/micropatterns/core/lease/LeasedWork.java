package io.micropatterns.core.lease;

/** What is done while a lease is held. */
@FunctionalInterface
public interface LeasedWork {

    /**
     * Runs until the lease is no longer {@link Lease#isHeld() held}, then returns; the lease is given back after it has
     * returned, so it must have stopped everything it started. Called on a thread of its own, which is interrupted when
     * the group is closed and it has not returned within the time to live. An exception gives the lease back too, and is
     * logged; the work is tried again later, here or on another node.
     */
    void run(Lease lease) throws Exception;
}
