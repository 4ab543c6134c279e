package io.micropatterns.benchmarks.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/** What making batches costs by itself: with a function that does nothing. Its options are set by whoever runs it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchOverhead {

    private static final Integer ITEM = 42;

    /** Who makes the batches. */
    @Param("micropatterns-batch")
    public String subject = "";

    /** How many items are submitted before the first is waited for. */
    @Param("2000")
    public int outstanding;

    private @Nullable Gatherer<Integer, Integer> gatherer;
    private final List<CompletableFuture<Integer>> results = new ArrayList<>();

    @Setup
    public void open(BenchmarkParams params) {
        // Somebody who is full only then need not wait out its time: no batch can have more items than there are
        // callers.
        int most = params.getThreads() > 1 ? params.getThreads() : Gatherer.MOST;
        gatherer = Gatherer.of(subject, items -> items, most);
    }

    @TearDown
    public void close() {
        gatherer().close();
    }

    private Gatherer<Integer, Integer> gatherer() {
        if (gatherer == null) {
            throw new IllegalStateException("Not open");
        }
        return gatherer;
    }

    /** Many at once. One caller only: the operations are the items. */
    @Benchmark
    public int submit() throws InterruptedException, ExecutionException {
        Gatherer<Integer, Integer> to = gatherer();
        results.clear();
        for (int i = 0; i < outstanding; i++) {
            results.add(to.submit(ITEM));
        }
        to.flush();
        int sum = 0;
        for (CompletableFuture<Integer> result : results) {
            sum += result.get();
        }
        return sum;
    }

    /** One, and waits for it. */
    @Benchmark
    public Integer call() throws InterruptedException, ExecutionException {
        return gatherer().call(ITEM);
    }
}
