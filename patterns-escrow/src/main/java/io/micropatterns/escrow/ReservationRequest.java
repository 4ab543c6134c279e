package io.micropatterns.escrow;

import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is to be reserved, all of it or nothing. Immutable.
 *
 * @param quantities how much of each resource, more than zero; one or more resources
 * @param timeToLive how long it is held unless it is confirmed; as the options say when there is none
 * @param requestId tells repetitions of this request: they get the reservation that the first one made; none for none
 */
public record ReservationRequest(
        SortedMap<String, Long> quantities,
        @Nullable Duration timeToLive,
        @Nullable String requestId) {

    /**
     * Checks, and copies the map.
     *
     * @throws IllegalArgumentException when there is no resource, a quantity that is not positive, a time that is not between 1 ms and
     *     3650 days, or a resource's name or request's id that is blank, longer than {@value EscrowLimits#MAX_CHARACTERS}
     *     characters, or has a NUL character
     */
    public ReservationRequest {
        if (quantities.isEmpty()) {
            throw new IllegalArgumentException("a reservation must be of one resource at least");
        }
        quantities.forEach(ReservationRequest::check);
        if (timeToLive != null) {
            EscrowLimits.checkTimeToLive(timeToLive);
        }
        if (requestId != null) {
            EscrowLimits.checkRequestId(requestId);
        }
        quantities = Collections.unmodifiableSortedMap(new TreeMap<>(quantities));
    }

    /** For a quantity of one resource. */
    public static ReservationRequest of(String resource, long quantity) {
        return new ReservationRequest(
                new TreeMap<>(Collections.singletonMap(Objects.requireNonNull(resource, "resource"), quantity)),
                null,
                null);
    }

    /** And a quantity of one more resource; replaces that of the same resource. */
    public ReservationRequest and(String resource, long quantity) {
        SortedMap<String, Long> more = new TreeMap<>(quantities);
        more.put(Objects.requireNonNull(resource, "resource"), quantity);
        return new ReservationRequest(more, timeToLive, requestId);
    }

    /** To be held for this long. */
    public ReservationRequest heldFor(Duration time) {
        return new ReservationRequest(quantities, time, requestId);
    }

    /** With an id that tells repetitions. */
    public ReservationRequest withId(String id) {
        return new ReservationRequest(quantities, timeToLive, id);
    }

    private static void check(String resource, long quantity) {
        EscrowLimits.checkName(resource);
        if (quantity < 1) {
            throw new IllegalArgumentException(
                    "the quantity of '" + resource + "' must be 1 at least, but is " + quantity);
        }
    }
}
