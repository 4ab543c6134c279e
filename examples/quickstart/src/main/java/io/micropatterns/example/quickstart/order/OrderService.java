package io.micropatterns.example.quickstart.order;

import io.micropatterns.escrow.Escrow;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Places and finds orders, and takes payments for them. Safe for use by many threads. */
@Service
public class OrderService {

    private final Orders orders;
    private final Escrow escrow;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    OrderService(Orders orders, Escrow escrow, ApplicationEventPublisher events, Clock clock) {
        this.orders = orders;
        this.escrow = escrow;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Holds the items, and stores the order and its event, in one transaction: all is there afterwards, or nothing.
     *
     * @throws io.micropatterns.escrow.InsufficientStockException when there are too few
     * @throws io.micropatterns.escrow.UnknownResourceException when there is no such item
     */
    @Transactional
    public PlacedOrder place(NewOrder request) {
        var hold = escrow.reserve(request.sku(), request.quantity());
        var order = orders.save(new Order(request, now(), hold));
        events.publishEvent(
                new OrderPlaced(order.orderId(), order.customerId(), order.sku(), order.quantity(), order.placedAt()));
        return PlacedOrder.of(order);
    }

    /**
     * Notes that the order is paid, and its items are sold, in one transaction. Paying again is answered with the same.
     *
     * @return the order, if there is one
     * @throws io.micropatterns.escrow.ReservationException when its items are held no longer
     */
    @Transactional
    public Optional<PlacedOrder> pay(UUID orderId) {
        return orders.findLockedByOrderId(orderId).map(order -> {
            if (order.paidAt() == null) {
                escrow.confirm(order.reservationId());
                order.paid(now());
            }
            return PlacedOrder.of(order);
        });
    }

    /** The order with this id. */
    @Transactional(readOnly = true)
    public Optional<PlacedOrder> find(UUID orderId) {
        return orders.findById(orderId).map(PlacedOrder::of);
    }

    // PostgreSQL keeps microseconds; a client must read back the instant it was told.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
