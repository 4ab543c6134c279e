package io.micropatterns.example.quickstart.order;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Places and finds orders. Safe for use by many threads. */
@Service
public class OrderService {

    private final Orders orders;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    OrderService(Orders orders, ApplicationEventPublisher events, Clock clock) {
        this.orders = orders;
        this.events = events;
        this.clock = clock;
    }

    /** Stores the order and its event in one transaction: both are there afterwards, or neither. */
    @Transactional
    public PlacedOrder place(NewOrder request) {
        // PostgreSQL keeps microseconds; a client must read back the instant it was told.
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var order =
                orders.save(new Order(UUID.randomUUID(), request.customerId(), request.sku(), request.quantity(), now));
        events.publishEvent(
                new OrderPlaced(order.orderId(), order.customerId(), order.sku(), order.quantity(), order.placedAt()));
        return PlacedOrder.of(order);
    }

    /** The order with this id. */
    @Transactional(readOnly = true)
    public Optional<PlacedOrder> find(UUID orderId) {
        return orders.findById(orderId).map(PlacedOrder::of);
    }
}
