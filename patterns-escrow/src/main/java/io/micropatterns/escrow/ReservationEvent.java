package io.micropatterns.escrow;

import io.micropatterns.core.payload.PayloadType;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that has happened to a reservation: its beginning, or one of its ends. Each reservation has one {@link Reserved}, and
 * one of the others at most. That it was extended is no event. Immutable; maps are copied, and in the order of resources' names.
 */
public sealed interface ReservationEvent {

    /** Of which reservation. */
    UUID reservationId();

    /** How much of each resource was reserved. */
    Map<String, Long> quantities();

    /** The id of the request that made the reservation, if it had one. */
    @Nullable
    String requestId();

    /** The event that has made a reservation what it is. */
    static ReservationEvent of(Reservation reservation) {
        return switch (reservation.state()) {
            case HELD ->
                new Reserved(
                        reservation.id(), reservation.quantities(), reservation.expiresAt(), reservation.requestId());
            case CONFIRMED -> Confirmed.of(reservation);
            case RELEASED -> new Released(reservation.id(), reservation.quantities(), reservation.requestId());
            case EXPIRED ->
                new Expired(
                        reservation.id(), reservation.quantities(), reservation.expiresAt(), reservation.requestId());
        };
    }

    /**
     * Quantities are held.
     *
     * @param reservationId of which reservation
     * @param quantities how much of each resource
     * @param expiresAt until when, unless it is extended; by the database's clock
     * @param requestId the id of the request that made it, if it had one
     */
    @PayloadType("escrow.reserved")
    record Reserved(
            UUID reservationId,
            Map<String, Long> quantities,
            Instant expiresAt,
            @Nullable String requestId) implements ReservationEvent {

        /** Copies the map. */
        public Reserved {
            quantities = sorted(quantities);
        }
    }

    /**
     * Quantities are consumed, and what was reserved beyond that is available again.
     *
     * @param reservationId of which reservation
     * @param quantities how much of each resource was reserved
     * @param confirmed how much of it is consumed, of those of which there is any
     * @param released how much of it is available again, of those of which there is any
     * @param requestId the id of the request that made it, if it had one
     */
    @PayloadType("escrow.confirmed")
    record Confirmed(
            UUID reservationId,
            Map<String, Long> quantities,
            Map<String, Long> confirmed,
            Map<String, Long> released,
            @Nullable String requestId)
            implements ReservationEvent {

        /** Copies the maps. */
        public Confirmed {
            quantities = sorted(quantities);
            confirmed = sorted(confirmed);
            released = sorted(released);
        }

        private static Confirmed of(Reservation reservation) {
            Map<String, Long> confirmed = new TreeMap<>(reservation.confirmed());
            Map<String, Long> released = new TreeMap<>(reservation.quantities());
            confirmed.forEach((resource, quantity) -> released.merge(resource, -quantity, Long::sum));
            confirmed.values().removeIf(quantity -> quantity == 0);
            released.values().removeIf(quantity -> quantity == 0);
            return new Confirmed(
                    reservation.id(), reservation.quantities(), confirmed, released, reservation.requestId());
        }
    }

    /**
     * Quantities were given up, and are available again.
     *
     * @param reservationId of which reservation
     * @param quantities how much of each resource
     * @param requestId the id of the request that made it, if it had one
     */
    @PayloadType("escrow.released")
    record Released(
            UUID reservationId,
            Map<String, Long> quantities,
            @Nullable String requestId) implements ReservationEvent {

        /** Copies the map. */
        public Released {
            quantities = sorted(quantities);
        }
    }

    /**
     * Nobody confirmed quantities in time, and they are available again.
     *
     * @param reservationId of which reservation
     * @param quantities how much of each resource
     * @param expiresAt when its time was over; it comes back some time after that
     * @param requestId the id of the request that made it, if it had one
     */
    @PayloadType("escrow.expired")
    record Expired(
            UUID reservationId,
            Map<String, Long> quantities,
            Instant expiresAt,
            @Nullable String requestId) implements ReservationEvent {

        /** Copies the map. */
        public Expired {
            quantities = sorted(quantities);
        }
    }

    private static Map<String, Long> sorted(Map<String, Long> quantities) {
        return Collections.unmodifiableMap(new TreeMap<>(quantities));
    }
}
