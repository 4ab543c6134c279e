package io.micropatterns.benchmarks.batch;

import io.micropatterns.batch.BatchFunction;
import io.micropatterns.batch.BatchOptions;
import io.micropatterns.batch.Coalescer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** This library's. */
final class CoalescerGatherer<T, R> implements Gatherer<T, R> {

    private final Coalescer<T, R> coalescer;

    CoalescerGatherer(Function<List<T>, List<R>> function, int most) {
        this.coalescer = Coalescer.<T, R>builder("benchmark", BatchFunction.of(function::apply))
                .options(BatchOptions.defaults().withMaxItems(most))
                .build();
    }

    @Override
    public CompletableFuture<R> submit(T item) {
        return coalescer.submit(item);
    }

    @Override
    public R call(T item) {
        return coalescer.call(item);
    }

    @Override
    public void close() {
        coalescer.close();
    }
}
