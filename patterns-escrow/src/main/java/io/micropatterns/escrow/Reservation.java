package io.micropatterns.escrow;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Quantities of one or more resources, held for somebody.
 *
 * @param id tells it from others
 * @param quantities how much of each resource was reserved
 * @param confirmed how much of each resource was confirmed; empty unless it is {@link ReservationState#CONFIRMED}
 * @param state what has become of it, as far as was known when this was made
 * @param expiresAt until when it is held, by the database's clock
 * @param requestId the id of the request that made it, if it had one
 */
public record Reservation(
        UUID id,
        Map<String, Long> quantities,
        Map<String, Long> confirmed,
        ReservationState state,
        Instant expiresAt,
        @Nullable String requestId) {

    /** Copies the maps. */
    public Reservation {
        quantities = Map.copyOf(quantities);
        confirmed = Map.copyOf(confirmed);
    }

    @Override
    public String toString() {
        String part = confirmed.isEmpty() ? "" : " of " + new TreeMap<>(confirmed);
        return "reservation " + id + " of " + new TreeMap<>(quantities) + ", " + state + part + ", until " + expiresAt;
    }
}
