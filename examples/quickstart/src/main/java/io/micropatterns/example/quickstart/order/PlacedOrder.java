package io.micropatterns.example.quickstart.order;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An order as clients see it.
 *
 * @param orderId the order
 * @param customerId who ordered
 * @param sku what was ordered
 * @param quantity how many
 * @param placedAt when
 * @param heldUntil how long the items are held unless they are paid for
 * @param paidAt when they were; {@code null} before
 */
public record PlacedOrder(
        UUID orderId,
        String customerId,
        String sku,
        int quantity,
        Instant placedAt,
        Instant heldUntil,
        @Nullable Instant paidAt) {

    static PlacedOrder of(Order order) {
        return new PlacedOrder(
                order.orderId(),
                order.customerId(),
                order.sku(),
                order.quantity(),
                order.placedAt(),
                order.heldUntil(),
                order.paidAt());
    }
}
