package io.micropatterns.escrow;

import java.util.List;

/**
 * Takes what happens to reservations, in the transaction in which it happens; the SPI of whatever is to be written together with
 * it. Implementations are thread-safe.
 */
@FunctionalInterface
public interface ReservationEvents {

    /**
     * Called after a statement has changed reservations and before its transaction commits, on the thread that is in that
     * transaction: the caller's, where the escrow joins one. What is written on the escrow's data source commits with the change, or
     * not at all; and when this throws, the change is rolled back and its callers get the exception. Resources stay locked
     * meanwhile, so it should be quick. A transaction that the database has ended for a deadlock is repeated, and this with it.
     *
     * @param events what has happened, once each; at most one of a reservation
     */
    void publish(List<ReservationEvent> events);
}
