package io.micropatterns.batch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gives each item to its partition. */
final class DefaultCoalescer<T, R extends @Nullable Object> implements Coalescer<T, R> {

    private final Batching<T, R> batching;
    private final Function<? super T, ?> key;
    private final BatchLimit limit;
    private final @Nullable ExecutorService own;
    private final List<Lane<T, R>> lanes = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * With its partitions.
     *
     * @param executor where batches run; nothing for one of its own
     * @param threads makes the threads of its own
     */
    DefaultCoalescer(
            Batching<T, R> batching, Function<? super T, ?> key, @Nullable Executor executor, ThreadFactory threads) {
        this.batching = batching;
        this.key = key;
        this.limit = new BatchLimit(
                batching.options().maxItems(),
                batching.options().maxWeight(),
                batching.options().latencyTarget());
        this.own = executor == null ? Executors.newCachedThreadPool(threads) : null;
        Executor runs = executor == null ? Objects.requireNonNull(own) : executor;
        for (int i = 0; i < batching.options().partitions(); i++) {
            lanes.add(new Lane<>(batching, limit, runs, own));
        }
    }

    @Override
    public String name() {
        return batching.name();
    }

    @Override
    public R call(T item) {
        return call(item, batching.options().timeout());
    }

    @Override
    public R call(T item, Duration timeout) {
        try {
            return outcome(item, timeout);
        } catch (ExecutionException e) {
            throw unchecked(e.getCause());
        }
    }

    private RuntimeException unchecked(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked
                ? unchecked
                : new BatchException(batching.name(), "the item failed: " + cause, cause);
    }

    /** As {@link #call(Object)}; what the item itself failed with is the cause of what this throws. */
    R outcome(T item) throws ExecutionException {
        return outcome(item, batching.options().timeout());
    }

    private R outcome(T item, Duration timeout) throws ExecutionException {
        BatchItem<T, R> submitted = new BatchItem<>(batching, item, timeout, true);
        lane(item).add(submitted);
        return submitted.await();
    }

    @Override
    public CompletableFuture<R> submit(T item) {
        return submit(item, batching.options().timeout());
    }

    @Override
    public CompletableFuture<R> submit(T item, Duration timeout) {
        BatchItem<T, R> submitted = new BatchItem<>(batching, item, timeout, false);
        Lane<T, R> lane = lane(item);
        lane.add(submitted);
        lane.watch();
        return submitted;
    }

    private Lane<T, R> lane(T item) {
        if (lanes.size() == 1) {
            return lanes.get(0);
        }
        int hash = Objects.hashCode(key.apply(item));
        // Spreads hashes that differ in few bits, by the golden ratio (D. E. Knuth, The Art of Computer Programming 3,
        // 6.4).
        return lanes.get(Math.floorMod((hash * 0x9E3779B9) >>> 16, lanes.size()));
    }

    @Override
    public int pending() {
        return lanes.stream().mapToInt(Lane::pending).sum();
    }

    @Override
    public int limit() {
        return limit.items();
    }

    @Override
    public void close() {
        if (refuse()) {
            awaitEnd(System.nanoTime());
        }
    }

    /** Begins to close: takes no more items. Answers {@code false} when that was done before. */
    boolean refuse() {
        boolean first = closed.compareAndSet(false, true);
        if (first) {
            lanes.forEach(Lane::close);
        }
        return first;
    }

    /** Ends what {@link #refuse()} began: waits for what was taken, for the options' timeout from then on. */
    void awaitEnd(long from) {
        long deadline = from + batching.options().timeout().toNanos();
        boolean ended = true;
        boolean interrupted = false;
        for (Lane<T, R> lane : lanes) {
            try {
                ended &= lane.awaitEnd(interrupted ? System.nanoTime() : deadline);
            } catch (InterruptedException e) {
                interrupted = true;
                ended = false;
            }
        }
        if (own != null && ended) {
            own.shutdown();
        } else if (own != null) {
            own.shutdownNow();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
