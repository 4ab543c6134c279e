package io.micropatterns.example.quickstart.page;

import io.micropatterns.example.quickstart.stock.ItemStock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Many buyers at once for few pieces.
 *
 * @param buyers how many there are, each for one piece
 * @param startedAt when they began, by the database's clock
 * @param stock what there is of the item by now
 * @param summaries how many orders for it have arrived in the read model
 * @param result what has come of it; {@code null} until all buyers have their answers
 */
record Drill(
        int buyers,
        Instant startedAt,
        ItemStock stock,
        long summaries,
        @Nullable Result result) {

    /**
     * What has come of it.
     *
     * @param tookMillis how long it took until all buyers had their answers
     * @param refused buyers who were told that it is out of stock
     * @param failed buyers who got another answer, or none in time
     * @param discrepancies what {@code EscrowResources.verify()} has found afterwards, in the stock of all items
     */
    record Result(long tookMillis, int refused, int failed, int discrepancies) {}
}
