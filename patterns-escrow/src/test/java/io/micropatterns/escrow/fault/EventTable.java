package io.micropatterns.escrow.fault;

import io.micropatterns.escrow.ReservationEvent;
import io.micropatterns.escrow.ReservationEvents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Writes events into a table of its own, in the transactions that they are published in. Thread-safe. */
final class EventTable implements ReservationEvents {

    private final JdbcTemplate jdbc;

    EventTable(DataSource dataSource) {
        jdbc = new JdbcTemplate(dataSource);
    }

    void create() {
        jdbc.execute("create table reservation_event (reservation uuid not null, what text not null)");
    }

    @Override
    public void publish(List<ReservationEvent> events) {
        jdbc.batchUpdate(
                "insert into reservation_event values (?, ?)",
                events.stream()
                        .map(event -> new Object[] {event.reservationId(), name(event)})
                        .toList());
    }

    /** What was published of each reservation, by the names of its events in capitals, {@code RESERVED} first. */
    Map<UUID, List<String>> all() {
        Map<UUID, List<String>> all = new HashMap<>();
        jdbc.query(
                "select reservation, what from reservation_event order by reservation, what = 'RESERVED' desc", row -> {
                    all.computeIfAbsent(row.getObject("reservation", UUID.class), missing -> new ArrayList<>())
                            .add(row.getString("what"));
                });
        return all;
    }

    private static String name(ReservationEvent event) {
        return event.getClass().getSimpleName().toUpperCase(Locale.ROOT);
    }
}
