package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.Reservation;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Looks reservations up. */
final class HoldTable {

    private static final LookUp BY_RESERVATION = LookUp.where("reservation %s", "uuid");

    private static final LookUp BY_REQUEST = LookUp.where(
            "reservation in (select reservation from patterns_escrow_hold where request %s and line = 0)", "text");

    /**
     * Statements with one parameter.
     *
     * @param single takes a key, for which a fresh table is not read
     * @param several takes an array of keys
     * @param type of a key
     */
    private record LookUp(String single, String several, String type) {

        static LookUp where(String condition, String type) {
            String lines = "select reservation, resource, quantity, confirmed, state, expires_at, request"
                    + " from patterns_escrow_hold where " + condition + " order by reservation, line";
            return new LookUp(lines.formatted("= ?"), lines.formatted("= any (?)"), type);
        }
    }

    private final Statements statements;

    HoldTable(Statements statements) {
        this.statements = statements;
    }

    Map<UUID, Reservation> find(Collection<UUID> reservations) {
        return find(BY_RESERVATION, reservations.toArray());
    }

    /** By their requests. */
    Map<String, Reservation> findByRequest(Collection<String> requests) {
        return find(BY_REQUEST, requests.toArray()).values().stream()
                .collect(Collectors.toMap(
                        reservation -> Objects.requireNonNull(reservation.requestId(), "request"),
                        Function.identity()));
    }

    private Map<UUID, Reservation> find(LookUp lookUp, Object[] keys) {
        return switch (keys.length) {
            case 0 -> Map.of();
            case 1 ->
                statements.query(
                        lookUp.single(),
                        Plan.of(1),
                        statement -> statement.setObject(1, keys[0]),
                        new ReservationLines());
            default ->
                statements.query(
                        lookUp.several(),
                        Plan.of(keys.length),
                        statement -> statement.setArray(1, Statements.array(statement, lookUp.type(), keys)),
                        new ReservationLines());
        };
    }
}
