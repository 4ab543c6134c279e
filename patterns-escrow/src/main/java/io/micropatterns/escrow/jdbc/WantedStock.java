package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.NewReservation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What reservations of one resource each want of each resource, as arrays; the reservations are in the order of their resources. */
final class WantedStock {

    private final List<NewReservation> reservations;
    private final String[] resources;
    private final long[] quantities;
    /** The numbers, from 1, of each resource's first and last reservation. */
    private final int[] firsts;

    private final int[] lasts;

    WantedStock(List<NewReservation> asked) {
        Map<String, List<NewReservation>> byResource = new LinkedHashMap<>();
        for (NewReservation each : asked) {
            byResource
                    .computeIfAbsent(each.onlyResource(), missing -> new ArrayList<>())
                    .add(each);
        }
        reservations = new ArrayList<>(asked.size());
        resources = byResource.keySet().toArray(String[]::new);
        quantities = new long[resources.length];
        firsts = new int[resources.length];
        lasts = new int[resources.length];
        for (int place = 0; place < resources.length; place++) {
            firsts[place] = reservations.size() + 1;
            for (NewReservation each : byResource.getOrDefault(resources[place], List.of())) {
                reservations.add(each);
                quantities[place] = Math.addExact(quantities[place], each.onlyQuantity());
            }
            lasts[place] = reservations.size();
        }
    }

    boolean isOfOneResource() {
        return resources.length == 1;
    }

    List<NewReservation> reservations() {
        return reservations;
    }

    String[] resources() {
        return resources;
    }

    long[] quantities() {
        return quantities;
    }

    int[] firsts() {
        return firsts;
    }

    int[] lasts() {
        return lasts;
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
                lasts[place] - firsts[place] + 1,
                ReservationLines.instant(row, "now"),
                Set.of());
    }
}
