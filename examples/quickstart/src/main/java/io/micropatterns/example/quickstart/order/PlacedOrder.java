package io.micropatterns.example.quickstart.order;

import java.time.Instant;
import java.util.UUID;

/**
 * An order as clients see it.
 *
 * @param orderId the order
 * @param customerId who ordered
 * @param sku what was ordered
 * @param quantity how many
 * @param placedAt when
 */
public record PlacedOrder(UUID orderId, String customerId, String sku, int quantity, Instant placedAt) {

    static PlacedOrder of(Order order) {
        return new PlacedOrder(order.orderId(), order.customerId(), order.sku(), order.quantity(), order.placedAt());
    }
}
