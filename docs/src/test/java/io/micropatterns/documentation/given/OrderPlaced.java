package io.micropatterns.documentation.given;

import io.micropatterns.core.payload.PayloadType;
import io.micropatterns.outbox.OutboxEvent;

/** An event to topic {@code orders}, keyed by the order. */
@PayloadType("order-placed")
@OutboxEvent(topic = "orders", key = "orderId", headers = "tenant=tenant")
public record OrderPlaced(String orderId, String tenant, int quantity) {}
