package io.micropatterns.escrow.jdbc;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.EscrowException;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationRequest;

/** A request whose id is known. */
final class Repetition {

    private Repetition() {}

    /** What the first one made, if that asked for the same. */
    static ItemOutcome<Reservation> outcome(ReservationRequest request, Reservation first) {
        return first.quantities().equals(request.quantities())
                ? ItemOutcome.success(first)
                : ItemOutcome.failure(new EscrowException(
                        "The request id '" + request.requestId() + "' belongs to " + first + ", and cannot be used for "
                                + request.quantities() + " too",
                        null));
    }
}
