package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.payload.Payload;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.payload.PayloadTypes;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.escrow.ReservationEvent.Confirmed;
import io.micropatterns.escrow.ReservationEvent.Expired;
import io.micropatterns.escrow.ReservationEvent.Released;
import io.micropatterns.escrow.ReservationEvent.Reserved;
import io.micropatterns.escrow.outbox.OutboxReservationEvents;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.jdbc.JdbcOutboxStore;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Publishes through an outbox in the escrow's database, reads what has been published, and compares it with the reservations. */
public final class PublishedEvents implements ReservationEvents {

    private static final String TOPIC = "reservations";

    private final PayloadSerializer serializer = PayloadSerializer.jackson(
            JsonMapper.shared(),
            PayloadTypes.builder()
                    .register(ReservationEvent.class.getPermittedSubclasses())
                    .build());
    private final JdbcTemplate jdbc;
    private final EscrowStore store;
    private final ReservationEvents outbox;

    public PublishedEvents(EscrowDatabase database) {
        PatternSchema.of("outbox", "patterns_outbox", "patterns_outbox_shard").createIfMissing(database.dataSource());
        jdbc = database.jdbc();
        store = database.store(0);
        outbox = new OutboxReservationEvents(
                Outbox.builder(database.dataSource(), new JdbcOutboxStore(database.dataSource()), serializer)
                        .build(),
                TOPIC);
    }

    @Override
    public void publish(List<ReservationEvent> events) {
        outbox.publish(events);
    }

    /** All of them, in the order in which they were stored. */
    List<ReservationEvent> all() {
        return jdbc.query("select type, topic, key, payload from patterns_outbox order by position", (row, index) -> {
            ReservationEvent event = (ReservationEvent)
                    serializer.deserialize(new Payload(row.getString("type"), Payload.JSON, row.getBytes("payload")));
            assertThat(row.getString("topic")).isEqualTo(TOPIC);
            assertThat(row.getString("key")).isEqualTo(event.reservationId().toString());
            return event;
        });
    }

    List<ReservationEvent> of(UUID reservation) {
        return all().stream()
                .filter(event -> event.reservationId().equals(reservation))
                .toList();
    }

    /**
     * Compares with the reservations of some resources, if anything was published of these.
     *
     * @return how many reservations there are that something was published of
     */
    int verify(Collection<String> resources) {
        Map<UUID, List<ReservationEvent>> events = all().stream()
                .filter(event -> !Collections.disjoint(event.quantities().keySet(), resources))
                .collect(Collectors.groupingBy(
                        ReservationEvent::reservationId, LinkedHashMap::new, Collectors.toList()));
        if (!events.isEmpty()) {
            List<UUID> reservations = jdbc.queryForList(
                    "select distinct reservation from patterns_escrow_hold where resource = any (?)",
                    UUID.class,
                    (Object) resources.toArray(String[]::new));
            assertThat(events.keySet()).containsExactlyInAnyOrderElementsOf(reservations);
            events.forEach((id, happened) -> verify(store.find(id).orElseThrow(), happened));
        }
        return events.size();
    }

    private static void verify(Reservation is, List<ReservationEvent> happened) {
        assertThat(happened).as("events of %s", is).hasSize(is.state() == ReservationState.HELD ? 1 : 2);
        assertThat(happened.get(0)).as("beginning of %s", is).isInstanceOf(Reserved.class);
        assertThat(happened).allSatisfy(event -> {
            assertThat(event.quantities()).isEqualTo(is.quantities());
            assertThat(event.requestId()).isEqualTo(is.requestId());
        });
        ReservationEvent last = happened.get(happened.size() - 1);
        assertThat(stateAfter(last)).as("end of %s", is).isEqualTo(is.state());
        if (last instanceof Confirmed confirmed) {
            Map<String, Long> rest = new HashMap<>(is.quantities());
            is.confirmed().forEach((resource, quantity) -> {
                assertThat(confirmed.confirmed().getOrDefault(resource, 0L)).isEqualTo(quantity);
                rest.merge(resource, -quantity, Long::sum);
            });
            rest.values().removeIf(quantity -> quantity == 0);
            assertThat(confirmed.released()).isEqualTo(rest);
        } else if (last instanceof Expired expired) {
            assertThat(expired.expiresAt()).isEqualTo(is.expiresAt());
        }
    }

    private static ReservationState stateAfter(ReservationEvent event) {
        if (event instanceof Reserved) {
            return ReservationState.HELD;
        }
        if (event instanceof Confirmed) {
            return ReservationState.CONFIRMED;
        }
        return event instanceof Released ? ReservationState.RELEASED : ReservationState.EXPIRED;
    }
}
