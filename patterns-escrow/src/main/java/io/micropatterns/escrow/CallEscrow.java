package io.micropatterns.escrow;

import java.util.UUID;

/** What methods with {@link Reserve} need of an escrow besides; those of this library have it. */
interface CallEscrow {

    /**
     * As {@link Escrow#reserve(ReservationRequest)}, but what an earlier request with the same id made gives way to a new reservation
     * when it was released, has expired, or is late.
     */
    Reservation reserveAnew(ReservationRequest request);

    /** As {@link Escrow#confirm(UUID)}, but refuses what was confirmed before. */
    Reservation confirmOnce(UUID reservation);

    /** That of an escrow; one of the application's own does what comes nearest. */
    static CallEscrow of(Escrow escrow) {
        return escrow instanceof CallEscrow own
                ? own
                : new CallEscrow() {
                    @Override
                    public Reservation reserveAnew(ReservationRequest request) {
                        return escrow.reserve(request);
                    }

                    @Override
                    public Reservation confirmOnce(UUID reservation) {
                        return escrow.confirm(reservation);
                    }
                };
    }
}
