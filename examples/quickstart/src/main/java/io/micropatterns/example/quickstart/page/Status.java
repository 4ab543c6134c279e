package io.micropatterns.example.quickstart.page;

import io.micropatterns.example.quickstart.stock.ItemStock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows.
 *
 * @param at when it was read
 * @param placed orders stored
 * @param published records in the topic
 * @param consumed events applied to the read model; more than placed would mean a duplicate
 * @param outbox what waits in the outbox
 * @param demo what the button has left to do
 * @param stock what there is of each item, by name
 * @param drill the latest drill; {@code null} before the first one
 * @param latest the latest orders, newest first
 */
record Status(
        Instant at,
        long placed,
        long published,
        long consumed,
        Waiting outbox,
        Demo demo,
        List<ItemStock> stock,
        @Nullable Drill drill,
        List<LatestOrder> latest) {

    /**
     * What waits in the outbox.
     *
     * @param pending how many events
     * @param oldestMillis how long the oldest has waited
     */
    record Waiting(long pending, long oldestMillis) {}

    /**
     * What the button has left to do, on this instance.
     *
     * @param waiting orders not yet placed
     * @param failed orders that could not be placed
     */
    record Demo(int waiting, long failed) {}

    /**
     * How far an order has come.
     *
     * @param publishedMillis from placed to seen in the topic; {@code null} when it has not been seen there
     * @param consumedMillis from placed to consumed; {@code null} before
     */
    record LatestOrder(
            UUID orderId,
            String customerId,
            String sku,
            int quantity,
            Instant placedAt,
            @Nullable Long publishedMillis,
            @Nullable Long consumedMillis) {}
}
