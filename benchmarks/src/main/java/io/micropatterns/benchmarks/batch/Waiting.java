package io.micropatterns.benchmarks.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** An item and whom its result is for. */
record Waiting<T, R>(T item, CompletableFuture<R> result) {

    static <T, R> Waiting<T, R> of(T item) {
        return new Waiting<>(item, new CompletableFuture<>());
    }

    /** Applies the function to all of these, and gives each its result. */
    static <T, R> void serve(List<Waiting<T, R>> batch, Function<List<T>, List<R>> function) {
        List<T> items = new ArrayList<>(batch.size());
        for (Waiting<T, R> waiting : batch) {
            items.add(waiting.item());
        }
        try {
            List<R> results = function.apply(items);
            for (int i = 0; i < results.size(); i++) {
                batch.get(i).result().complete(results.get(i));
            }
        } catch (RuntimeException ex) {
            batch.forEach(waiting -> waiting.result().completeExceptionally(ex));
        }
    }
}
