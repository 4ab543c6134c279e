package io.micropatterns.escrow;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * A reservation to be made.
 *
 * @param id of the reservation, a UUID of version 7, which tells when it was asked for; stays the same when it is tried again
 * @param request what is to be reserved
 * @param timeToLive how long it is to be held
 */
public record NewReservation(UUID id, ReservationRequest request, Duration timeToLive) {

    /** Whether it is of a single resource. */
    public boolean isOfOneResource() {
        return request.quantities().size() == 1;
    }

    /** The first resource, by name; the only one of those that are of a single one. */
    public String onlyResource() {
        return request.quantities().firstKey();
    }

    /** How much of the first resource. */
    public long onlyQuantity() {
        return request.quantities().values().iterator().next();
    }

    /** What it is once it has been made at this instant of the database's clock. */
    public Reservation made(Instant now) {
        return madeUntil(now.plus(timeToLive));
    }

    /** What it is once it has been made, to be held until then. */
    public Reservation madeUntil(Instant expiresAt) {
        return new Reservation(
                id, request.quantities(), Map.of(), ReservationState.HELD, expiresAt, request.requestId());
    }
}
