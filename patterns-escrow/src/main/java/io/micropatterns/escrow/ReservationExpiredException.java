package io.micropatterns.escrow;

import java.time.Instant;
import java.util.UUID;

/** The reservation was not confirmed in time; what it held is, or will at once be, available to others. */
public final class ReservationExpiredException extends ReservationException {

    private static final long serialVersionUID = 1L;

    private final Instant expiredAt;

    /** At this time of the database's clock. */
    public ReservationExpiredException(UUID reservation, Instant expiredAt) {
        super(reservation, "expired at " + expiredAt);
        this.expiredAt = expiredAt;
    }

    /** When, by the database's clock. */
    public Instant expiredAt() {
        return expiredAt;
    }
}
