package io.micropatterns.escrow;

import java.util.UUID;

/** What methods with {@link Reserve} need of an escrow besides; those of this library have it. */
interface CallEscrow {

    /** As {@link Escrow#confirm(UUID)}, but refuses what was confirmed before. */
    Reservation confirmOnce(UUID reservation);

    /** That of an escrow; one of the application's own does what comes nearest. */
    static CallEscrow of(Escrow escrow) {
        return escrow instanceof CallEscrow own ? own : escrow::confirm;
    }
}
