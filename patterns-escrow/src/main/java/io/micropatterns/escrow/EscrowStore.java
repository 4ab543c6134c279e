package io.micropatterns.escrow;

import io.micropatterns.batch.ItemOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where resources and reservations are kept; the SPI of a database adapter. Each method joins the caller's transaction when
 * there is one, and is one or more transactions of its own otherwise. Thread-safe.
 */
public interface EscrowStore {

    /** Whether the caller is in a transaction that the other methods would join. Does no I/O. */
    boolean joinsTransaction();

    /**
     * Makes reservations, in their order as far as they are of the same resource. One that was made before, by its id or its
     * request's, is answered with what was made then.
     *
     * @return the outcome of each: the reservation, or an {@link EscrowException} that says why there is none
     */
    List<ItemOutcome<Reservation>> reserve(List<NewReservation> reservations);

    /**
     * Ends reservations. Repeating what was done is answered as it was then, unless it is to be done {@link Settlement#once()}.
     *
     * @return the outcome of each: the reservation, or an {@link EscrowException} that says why it could not be done
     */
    List<ItemOutcome<Reservation>> settle(List<Settlement> settlements);

    /**
     * Lets a reservation expire later, or sooner.
     *
     * @param timeToLive from now
     * @throws ReservationException when it is not held
     */
    Reservation extend(UUID reservation, Duration timeToLive);

    /** A reservation, as long as it is kept. */
    Optional<Reservation> find(UUID reservation);

    /**
     * Lets the next request with the id of a reservation's request make a new one, unless the reservation is held in time, by the
     * database's clock, or was confirmed. If it is held, and its time is over, it ends. It has no request's id any more.
     *
     * @return whether it was so
     */
    boolean forgetRequest(UUID reservation);

    /**
     * Ends reservations whose time is over, by the database's clock. Those that somebody is just about to settle are passed over.
     *
     * @param limit the most reservations
     * @return how many there were
     */
    int expire(int limit);

    /**
     * Forgets reservations that have ended, and whose time was over long ago. What was consumed stays so; their requests' ids are
     * new ones again.
     *
     * @param keep how long after their time they are kept
     * @param limit the most reservations
     * @return how many there were
     */
    int purge(Duration keep, int limit);
}
