package io.micropatterns.benchmarks.batch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** A way of making batches of concurrent calls. Thread-safe. */
interface Gatherer<T, R> extends AutoCloseable {

    /** Most items in a batch. */
    int MOST = 500;

    /** How long those wait for more that need a time limit; milliseconds are the finest that their timers are good for. */
    Duration TIMEOUT = Duration.ofMillis(1);

    /** That of this name, with at most so many items in a batch. */
    static <T, R> Gatherer<T, R> of(String label, Function<List<T>, List<R>> function, int most) {
        return switch (label) {
            case "direct" -> new DirectGatherer<>(function);
            case "queue" -> new QueueGatherer<>(function, most);
            case "micropatterns-batch" -> new CoalescerGatherer<>(function, most);
            case "dataloader" -> new DataLoaderGatherer<>(function, most);
            case "reactor" -> new ReactorGatherer<>(function, most);
            default -> throw new IllegalArgumentException("Unknown gatherer " + label);
        };
    }

    /** Puts an item into a batch. */
    CompletableFuture<R> submit(T item);

    /** Begins what waits, with those where somebody must say so. */
    default void flush() {}

    /** Puts an item into a batch and waits for its result. */
    default R call(T item) throws InterruptedException, ExecutionException {
        CompletableFuture<R> result = submit(item);
        flush();
        return result.get();
    }

    @Override
    default void close() {}
}
