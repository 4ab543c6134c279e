package io.micropatterns.benchmarks.batch;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Gathers nothing: each call is a batch of its own, on the caller's thread. */
record DirectGatherer<T, R>(Function<List<T>, List<R>> function) implements Gatherer<T, R> {

    @Override
    public CompletableFuture<R> submit(T item) {
        return CompletableFuture.completedFuture(call(item));
    }

    @Override
    public R call(T item) {
        return function.apply(List.of(item)).get(0);
    }
}
