package io.micropatterns.escrow;

/** What has become of a reservation. All but the first are final. */
public enum ReservationState {
    /** Its quantities are held, until it is confirmed or released, or expires. */
    HELD,
    /** Its quantities, or some of them, are consumed; the rest is available again. */
    CONFIRMED,
    /** It was given up, and its quantities are available again. */
    RELEASED,
    /** Nobody confirmed it in time, and its quantities are available again. */
    EXPIRED
}
