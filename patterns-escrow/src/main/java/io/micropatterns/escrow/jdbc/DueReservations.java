package io.micropatterns.escrow.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reservations whose time is over.
 *
 * @param byResource which they are, by the first of their resources
 * @param count how many
 * @param until the latest of their times; none for none
 */
record DueReservations(
        Map<String, List<UUID>> byResource,
        int count,
        @Nullable OffsetDateTime until) {

    /** Of rows with reservation, resource and expires_at, the oldest first. */
    static DueReservations of(ResultSet row) throws SQLException {
        Map<String, List<UUID>> byResource = new HashMap<>();
        int count = 0;
        OffsetDateTime until = null;
        for (; row.next(); count++) {
            byResource
                    .computeIfAbsent(row.getString("resource"), missing -> new ArrayList<>())
                    .add(row.getObject("reservation", UUID.class));
            until = row.getObject("expires_at", OffsetDateTime.class);
        }
        return new DueReservations(byResource, count, until);
    }

    /** Not in the same one each time: who stops at some failures shall not always meet the same ones first. */
    List<Map.Entry<String, List<UUID>>> inAnyOrder() {
        List<Map.Entry<String, List<UUID>>> entries = new ArrayList<>(byResource.entrySet());
        Collections.shuffle(entries);
        return entries;
    }
}
