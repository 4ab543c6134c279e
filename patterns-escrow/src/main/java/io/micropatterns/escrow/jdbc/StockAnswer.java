package io.micropatterns.escrow.jdbc;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a statement that reserves says of a resource.
 *
 * @param resource its name
 * @param known whether there is such a resource
 * @param striped whether there is more than one stripe of it
 * @param available how much there was in this instance's stripe before
 * @param fits whether that was enough for all that was asked of it
 * @param granted how much was reserved
 * @param reservations how many reservations were made
 * @param now the database's time
 * @param made which they are, of a statement that tells
 */
record StockAnswer(
        String resource,
        boolean known,
        boolean striped,
        long available,
        boolean fits,
        long granted,
        int reservations,
        Instant now,
        Set<UUID> made) {

    static StockAnswer of(ResultSet row) throws SQLException {
        return of(row, Set.of());
    }

    /** Of a statement that tells which reservations were made. */
    static StockAnswer telling(ResultSet row) throws SQLException {
        @Nullable Array made = row.getArray("made");
        return of(row, made == null ? Set.of() : Set.of((UUID[]) made.getArray()));
    }

    private static StockAnswer of(ResultSet row, Set<UUID> made) throws SQLException {
        int stripes = row.getInt("stripes");
        return new StockAnswer(
                row.getString("resource"),
                stripes > 0,
                stripes > 1,
                row.getLong("available"),
                row.getBoolean("fits"),
                row.getLong("granted"),
                row.getInt("reservations"),
                ReservationLines.instant(row, "now"),
                made);
    }

    /** Whether reservations were made. */
    boolean reserves() {
        return fits && reservations > 0;
    }
}
