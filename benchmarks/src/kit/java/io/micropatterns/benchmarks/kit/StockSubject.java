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

    /** How many reservations there are, counted in its tables. */
    long reservations();

    @Override
    default Map<String, Object> run(String scenario, Environment environment) throws Exception {
        return StockScenario.valueOf(scenario.toUpperCase(Locale.ROOT)).run(this, environment);
    }
}
