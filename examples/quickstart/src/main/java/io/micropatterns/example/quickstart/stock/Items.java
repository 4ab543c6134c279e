package io.micropatterns.example.quickstart.stock;

import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.ResourceExistsException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/** The storefront's items, each a resource of the escrow. Safe for use by many threads. */
@Component
public class Items implements SmartInitializingSingleton {

    /** Of these there are enough for any number of made-up orders. */
    public static final List<String> PLENTIFUL = List.of("coffee", "kettle", "lamp", "notebook", "pencil", "teapot");

    private static final long PLENTY = 1_000_000;
    private static final String SCARCE = "gramophone";
    private static final long FEW = 10;
    private static final String FOR_DRILL = "drill-";

    private final EscrowResources resources;

    Items(EscrowResources resources) {
        this.resources = resources;
    }

    @Override
    public void afterSingletonsInstantiated() {
        PLENTIFUL.forEach(sku -> createWhenMissing(sku, PLENTY));
        createWhenMissing(SCARCE, FEW);
    }

    /** Adds an item to be sold in a drill: a new one, which is not listed with the others. */
    public ItemStock addForDrill(long pieces) {
        var name = FOR_DRILL + UUID.randomUUID().toString().substring(0, 8);
        return ItemStock.of(resources.create(name, pieces));
    }

    /** All items by name, without those of drills. One query. */
    public List<ItemStock> list() {
        return resources.findAll().stream()
                .filter(resource -> !resource.name().startsWith(FOR_DRILL))
                .map(ItemStock::of)
                .toList();
    }

    /** An item, also one of a drill. One query. */
    public Optional<ItemStock> find(String sku) {
        return resources.find(sku).map(ItemStock::of);
    }

    private void createWhenMissing(String sku, long pieces) {
        try {
            resources.create(sku, pieces);
        } catch (ResourceExistsException e) {
            // It is there since an earlier start, or by another instance.
        }
    }
}
