package io.micropatterns.benchmarks.batch;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.dataloader.BatchLoader;
import org.dataloader.DataLoader;
import org.dataloader.DataLoaderFactory;
import org.dataloader.DataLoaderOptions;

/**
 * java-dataloader without its cache. Its user says when a batch begins, and it then runs on that user's thread with what
 * all have loaded so far.
 */
final class DataLoaderGatherer<T, R> implements Gatherer<T, R> {

    private final DataLoader<T, R> loader;

    DataLoaderGatherer(Function<List<T>, List<R>> function, int most) {
        BatchLoader<T, R> load = items -> CompletableFuture.completedFuture(function.apply(items));
        this.loader = DataLoaderFactory.newDataLoader(
                load,
                DataLoaderOptions.newOptions()
                        .setCachingEnabled(false)
                        .setMaxBatchSize(most)
                        .build());
    }

    @Override
    public CompletableFuture<R> submit(T item) {
        return loader.load(item);
    }

    @Override
    public void flush() {
        loader.dispatch();
    }
}
