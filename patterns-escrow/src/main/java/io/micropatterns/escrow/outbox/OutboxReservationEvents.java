package io.micropatterns.escrow.outbox;

import io.micropatterns.escrow.ReservationEvent;
import io.micropatterns.escrow.ReservationEvents;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxMessage;
import java.util.List;
import java.util.Objects;

/**
 * Stores events in the outbox, in one round trip for all of a statement's changes, with the reservation's id as their key: those of
 * one reservation arrive in the order in which they happened. Thread-safe.
 */
public final class OutboxReservationEvents implements ReservationEvents {

    private final Outbox outbox;
    private final String topic;

    /**
     * To this topic.
     *
     * @param outbox must store on the escrow's data source
     */
    public OutboxReservationEvents(Outbox outbox, String topic) {
        this.outbox = Objects.requireNonNull(outbox, "outbox");
        this.topic = Objects.requireNonNull(topic, "topic");
    }

    /**
     * Stores them.
     *
     * @throws io.micropatterns.outbox.OutboxException when the outbox refuses one
     */
    @Override
    public void publish(List<ReservationEvent> events) {
        outbox.publishAll(events.stream().map(this::message).toList());
    }

    private OutboxMessage message(ReservationEvent event) {
        return OutboxMessage.to(topic).key(event.reservationId().toString()).payload(event);
    }
}
