package io.micropatterns.outbox;

import io.micropatterns.core.payload.PayloadType;

/** An event to topic {@code orders}, keyed by the order. */
@PayloadType("order-placed")
@OutboxEvent(topic = "orders", key = "orderId", headers = "tenant=tenant")
public record OrderPlaced(String orderId, String tenant, int quantity) {}
