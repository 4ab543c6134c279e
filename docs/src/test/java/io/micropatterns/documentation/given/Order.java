package io.micropatterns.documentation.given;

import java.time.Instant;
import java.util.UUID;

public record Order(UUID id, String tenantId, String customerId, String sku, int quantity, Instant placedAt) {

    public static Order of(NewOrder request) {
        return new Order(UUID.randomUUID(), "", request.customerId(), request.sku(), 1, Instant.EPOCH);
    }
}
