package io.micropatterns.example.quickstart.stock;

import io.micropatterns.escrow.Resource;

/**
 * What there is of an item at a moment; {@code available + held + sold = total}.
 *
 * @param sku the item
 * @param available how many can be ordered
 * @param held how many are ordered, and not paid for yet
 * @param sold how many are paid for
 * @param total how many there were to begin with
 */
public record ItemStock(String sku, long available, long held, long sold, long total) {

    static ItemStock of(Resource resource) {
        return new ItemStock(
                resource.name(), resource.available(), resource.held(), resource.consumed(), resource.total());
    }
}
