package io.micropatterns.escrow;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The end of a reservation, as somebody wants it.
 *
 * @param reservation its id
 * @param confirms whether it is to be confirmed; otherwise it is released
 * @param part how much of which resources is to be confirmed, the rest being released; none to confirm all
 * @param once whether it is refused where the reservation was confirmed before, even if in the same way
 */
public record Settlement(
        UUID reservation, boolean confirms, @Nullable Map<String, Long> part, boolean once) {

    /** All of it is consumed. */
    public static Settlement confirm(UUID reservation) {
        return new Settlement(reservation, true, null, false);
    }

    /** All of it is consumed, by this one and none before it. */
    public static Settlement confirmOnce(UUID reservation) {
        return new Settlement(reservation, true, null, true);
    }

    /** Part of it is consumed. */
    public static Settlement confirm(UUID reservation, Map<String, Long> part) {
        return new Settlement(reservation, true, Map.copyOf(part), false);
    }

    /** None of it is consumed. */
    public static Settlement release(UUID reservation) {
        return new Settlement(reservation, false, null, false);
    }
}
