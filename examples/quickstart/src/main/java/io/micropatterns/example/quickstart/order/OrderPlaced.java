package io.micropatterns.example.quickstart.order;

import io.micropatterns.core.payload.PayloadType;
import io.micropatterns.outbox.OutboxEvent;
import java.time.Instant;
import java.util.UUID;

/**
 * An order was placed. Published through Spring's {@code ApplicationEventPublisher}, it is stored in the outbox together
 * with the order, and arrives in the topic {@code orders} as plain JSON once the transaction has committed.
 *
 * @param orderId the order
 * @param customerId who ordered
 * @param sku what was ordered
 * @param quantity how many
 * @param placedAt when
 */
@PayloadType("order-placed")
@OutboxEvent(topic = "orders", key = "orderId")
public record OrderPlaced(UUID orderId, String customerId, String sku, int quantity, Instant placedAt) {}
