package io.micropatterns.benchmarks.kit;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A way of reserving stock under measurement. Thread-safe once it is stocked. */
public interface StockSubject extends Contender {

    /** The name of an item. */
    static String item(int number) {
        return "item-" + number;
    }

    /** Creates so many items with so much of each. */
    void stock(int items, long each);

    /** Reserves one of an item for five minutes; it is durable when this returns. */
    void reserve(String item) throws Exception;

    /** The same without waiting; not everybody can. */
    default CompletableFuture<?> reserveAsync(String item) {
        throw new UnsupportedOperationException("It only waits");
    }

    /** Reserves one of an item in a transaction that also inserts an order; not everybody is asked to. */
    default void order(String item) {
        throw new UnsupportedOperationException("It takes no orders");
    }

    /**
     * Adds reservations as if they had been made, spread over the items; not everybody is asked to.
     *
     * @param due whether their time is over
     */
    default void fill(int items, long reservations, boolean due) {
        throw new UnsupportedOperationException("It cannot be filled");
    }

    /** Whether there are reservations whose time is over, and which still hold something. */
    default boolean anyDue() {
        throw new UnsupportedOperationException("It ends nothing");
    }

    /** How many reservations there are, counted in its tables. */
    long reservations();

    @Override
    default Map<String, Object> run(String scenario, Environment environment) throws Exception {
        return StockScenario.valueOf(scenario.toUpperCase(Locale.ROOT)).run(this, environment);
    }
}
