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

    private static final String LINES = "select reservation, resource, quantity, confirmed, state, expires_at, request"
            + " from patterns_escrow_hold where ";

    /** Parameter: an array of reservations. */
    private static final String FIND = LINES + "reservation = any (?) order by reservation, line";

    /** Parameter: an array of requests. */
    private static final String FIND_BY_REQUEST = LINES
            + "reservation in (select reservation from patterns_escrow_hold where request = any (?) and line = 0)"
            + " order by reservation, line";

    private final Statements statements;

    HoldTable(Statements statements) {
        this.statements = statements;
    }

    Map<UUID, Reservation> find(Collection<UUID> reservations) {
        return find(FIND, "uuid", reservations.toArray());
    }

    /** By their requests. */
    Map<String, Reservation> findByRequest(Collection<String> requests) {
        return find(FIND_BY_REQUEST, "text", requests.toArray()).values().stream()
                .collect(Collectors.toMap(
                        reservation -> Objects.requireNonNull(reservation.requestId(), "request"),
                        Function.identity()));
    }

    private Map<UUID, Reservation> find(String sql, String type, Object[] keys) {
        if (keys.length == 0) {
            return Map.of();
        }
        return statements.query(
                sql,
                Plan.of(keys.length),
                statement -> statement.setArray(1, Statements.array(statement, type, keys)),
                new ReservationLines());
    }
}
