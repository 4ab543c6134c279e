package io.micropatterns.benchmarks.kit;

import java.util.UUID;

/**
 * The event every subject publishes: 250 to 300 bytes as JSON.
 *
 * @param orderId the record's key; its lower half is the event's sequence number
 * @param customerId who ordered
 * @param sku what was ordered
 * @param quantity how many
 * @param amount the price in minor units
 * @param currency the price's currency
 * @param note free text that brings the event to its size
 */
public record OrderPlaced(
        UUID orderId, String customerId, String sku, int quantity, long amount, String currency, String note) {

    private static final String NOTE = "Leave at the back door between nine and eleven; ring twice if nobody answers.";

    /** The event with this sequence number, always the same. */
    public static OrderPlaced of(long sequence) {
        long scattered = (sequence + 1) * 0x9E3779B97F4A7C15L;
        return new OrderPlaced(
                new UUID(scattered, sequence),
                "customer-" + Math.floorMod(scattered, 100_000),
                "sku-" + Math.floorMod(scattered >>> 7, 10_000),
                1 + (int) (sequence % 9),
                100 + sequence % 10_000,
                "EUR",
                NOTE);
    }

    /** The record's key. */
    public String key() {
        return orderId.toString();
    }

    /** The sequence number a record's key carries. */
    static long sequenceOf(String key) {
        return UUID.fromString(key).getLeastSignificantBits();
    }
}
