package io.micropatterns.example.quickstart.summary;

import java.time.Instant;
import java.util.UUID;

/**
 * An order as the read model keeps it.
 *
 * @param orderId the order
 * @param customerId who ordered
 * @param sku what was ordered
 * @param quantity how many
 * @param placedAt when the order was placed
 * @param consumedAt when its event reached the read model
 * @param timesApplied how often its event was applied: 1, however often it was delivered
 */
public record OrderSummary(
        UUID orderId,
        String customerId,
        String sku,
        int quantity,
        Instant placedAt,
        Instant consumedAt,
        int timesApplied) {}
