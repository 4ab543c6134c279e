package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationEvent;
import io.micropatterns.escrow.ReservationState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ResultSetExtractor;

/** Puts the lines of reservations together. Stateless. */
final class ReservationLines implements ResultSetExtractor<Map<UUID, Reservation>> {

    @Override
    public Map<UUID, Reservation> extractData(ResultSet row) throws SQLException {
        Map<UUID, Reservation> found = new LinkedHashMap<>();
        while (row.next()) {
            UUID id = row.getObject("reservation", UUID.class);
            Reservation before = found.get(id);
            Map<String, Long> quantities = new HashMap<>(before == null ? Map.of() : before.quantities());
            Map<String, Long> confirmed = new HashMap<>(before == null ? Map.of() : before.confirmed());
            ReservationState state = state(row.getString("state"));
            String resource = row.getString("resource");
            quantities.put(resource, row.getLong("quantity"));
            if (state == ReservationState.CONFIRMED) {
                confirmed.put(resource, row.getLong("confirmed"));
            }
            @Nullable String request = before == null ? row.getString("request") : before.requestId();
            found.put(id, new Reservation(id, quantities, confirmed, state, instant(row, "expires_at"), request));
        }
        return found;
    }

    /** Those that have made ended reservations what they are. */
    static List<ReservationEvent> events(Map<UUID, Reservation> ended) {
        return ended.values().stream().map(ReservationEvent::of).toList();
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static ReservationState state(String letter) {
        return switch (letter) {
            case "H" -> ReservationState.HELD;
            case "C" -> ReservationState.CONFIRMED;
            case "R" -> ReservationState.RELEASED;
            case "E" -> ReservationState.EXPIRED;
            default -> throw new IllegalStateException("A reservation is in the unknown state '" + letter + "'");
        };
    }
}
