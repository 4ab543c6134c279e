package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.Reservation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What reservations of one resource each want of each resource, as arrays; the reservations are in the order of their resources. */
final class WantedStock {

    private final List<NewReservation> asked;
    /** Which of the asked each reservation is. */
    private final int[] order;

    private final String[] resources;
    private final long[] quantities;
    /** The numbers, from 1, of each resource's first and last reservation. */
    private final int[] firsts;

    private final int[] lasts;

    WantedStock(List<NewReservation> asked) {
        this.asked = asked;
        int[] places = new int[asked.size()];
        Map<String, Integer> known = new HashMap<>();
        for (int i = 0; i < places.length; i++) {
            int next = known.size();
            Integer place = known.putIfAbsent(asked.get(i).onlyResource(), next);
            places[i] = place == null ? next : place;
        }
        resources = new String[known.size()];
        known.forEach((resource, place) -> resources[place] = resource);
        quantities = new long[resources.length];
        firsts = new int[resources.length];
        lasts = new int[resources.length];
        order = sorted(places);
    }

    /** By counting. */
    private int[] sorted(int[] places) {
        for (int i = 0; i < places.length; i++) {
            lasts[places[i]]++;
            quantities[places[i]] =
                    Math.addExact(quantities[places[i]], asked.get(i).onlyQuantity());
        }
        int before = 0;
        for (int place = 0; place < resources.length; place++) {
            firsts[place] = before + 1;
            before += lasts[place];
            lasts[place] = before;
        }
        int[] sorted = new int[places.length];
        int[] next = firsts.clone();
        for (int i = 0; i < places.length; i++) {
            sorted[next[places[i]]++ - 1] = i;
        }
        return sorted;
    }

    boolean isOfOneResource() {
        return resources.length == 1;
    }

    List<NewReservation> reservations() {
        return isOfOneResource()
                ? asked
                : Arrays.stream(order).mapToObj(asked::get).toList();
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

    /** Those of the resources that had enough, of which there is a row each: place and now; as they were asked for. */
    List<@Nullable Reservation> made(ResultSet row) throws SQLException {
        @Nullable Reservation[] made = new Reservation[asked.size()];
        while (row.next()) {
            int place = row.getInt("place") - 1;
            Instant now = ReservationLines.instant(row, "now");
            for (int number = firsts[place]; number <= lasts[place]; number++) {
                int i = order[number - 1];
                made[i] = asked.get(i).made(now);
            }
        }
        return Arrays.asList(made);
    }
}
