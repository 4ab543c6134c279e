package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.NewReservation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** What reservations of one resource each want of each resource, as arrays in the order in which their rows are locked. */
final class WantedStock {

    private final String[] resources;
    private final long[] quantities;
    private final int[] reservations;
    /** The place, from 1, of each reservation's resource. */
    private final int[] places;

    WantedStock(List<NewReservation> asked) {
        Map<String, Integer> placeOf = new TreeMap<>();
        asked.forEach(reservation -> placeOf.put(reservation.onlyResource(), 0));
        int last = 0;
        for (Map.Entry<String, Integer> entry : placeOf.entrySet()) {
            entry.setValue(++last);
        }
        places = new int[asked.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = Objects.requireNonNull(placeOf.get(asked.get(i).onlyResource()));
        }
        resources = placeOf.keySet().toArray(String[]::new);
        quantities = new long[resources.length];
        reservations = new int[resources.length];
        for (int i = 0; i < places.length; i++) {
            int place = places[i] - 1;
            long quantity = asked.get(i).onlyQuantity();
            quantities[place] = Math.addExact(quantities[place], quantity);
            reservations[place]++;
        }
    }

    String[] resources() {
        return resources;
    }

    long[] quantities() {
        return quantities;
    }

    int[] places() {
        return places;
    }

    /** What a row says of a resource that had enough: place, stripes, available, now. */
    StockAnswer granted(ResultSet row) throws SQLException {
        int place = row.getInt("place") - 1;
        return new StockAnswer(
                resources[place],
                true,
                row.getInt("stripes") > 1,
                row.getLong("available") + quantities[place],
                true,
                quantities[place],
                reservations[place],
                ReservationLines.instant(row, "now"),
                Set.of());
    }
}
