package io.micropatterns.escrow.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

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
 */
record StockAnswer(
        String resource,
        boolean known,
        boolean striped,
        long available,
        boolean fits,
        long granted,
        int reservations,
        Instant now) {

    static StockAnswer of(ResultSet row) throws SQLException {
        int stripes = row.getInt("stripes");
        return new StockAnswer(
                row.getString("resource"),
                stripes > 0,
                stripes > 1,
                row.getLong("available"),
                row.getBoolean("fits"),
                row.getLong("granted"),
                row.getInt("reservations"),
                ReservationLines.instant(row, "now"));
    }
}
