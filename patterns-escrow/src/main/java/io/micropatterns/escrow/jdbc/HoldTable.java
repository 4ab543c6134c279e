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

    private final Statements statements;

    HoldTable(Statements statements) {
        this.statements = statements;
    }

    Map<UUID, Reservation> find(Collection<UUID> reservations) {
        return find(Sql.FIND, "uuid", reservations.toArray());
    }

    /** By their requests. */
    Map<String, Reservation> findByRequest(Collection<String> requests) {
        return find(Sql.FIND_BY_REQUEST, "text", requests.toArray()).values().stream()
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
