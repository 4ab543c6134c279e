package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.NewReservation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What reservations of one resource each want of each resource, as arrays in the order in which their rows are locked. */
final class WantedStock {

    private final String[] resources;
    private final long[] quantities;
    private final long[] smallest;
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
        smallest = new long[resources.length];
        reservations = new int[resources.length];
        for (int i = 0; i < places.length; i++) {
            int place = places[i] - 1;
            long quantity = asked.get(i).onlyQuantity();
            quantities[place] = Math.addExact(quantities[place], quantity);
            smallest[place] = reservations[place]++ == 0 ? quantity : Math.min(smallest[place], quantity);
        }
    }

    String[] resources() {
        return resources;
    }

    long[] quantities() {
        return quantities;
    }

    long[] smallest() {
        return smallest;
    }

    int[] reservations() {
        return reservations;
    }

    int[] places() {
        return places;
    }
}
