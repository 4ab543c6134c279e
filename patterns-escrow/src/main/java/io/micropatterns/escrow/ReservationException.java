package io.micropatterns.escrow;

import java.util.UUID;

/** A reservation is not, or no longer, as it would have to be for what was asked; nothing was done. */
public class ReservationException extends EscrowException {

    private static final long serialVersionUID = 1L;

    private final UUID reservation;

    /** Of this reservation. */
    public ReservationException(UUID reservation, String message) {
        super("Reservation " + reservation + " " + message, null);
        this.reservation = reservation;
    }

    /** There is no such reservation. */
    public static ReservationException unknown(UUID reservation) {
        return new ReservationException(reservation, "does not exist, or is kept no longer");
    }

    /** Its id. */
    public UUID reservation() {
        return reservation;
    }
}
