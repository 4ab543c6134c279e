package io.micropatterns.batch;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The coalescers of {@link Batched} methods, each made when its method is first called. Thread-safe. */
public final class BatchedMethods implements AutoCloseable {

    private final Function<String, BatchOptions> options;
    private final BatchListener listener;
    private final Consumer<Coalescer<?, ?>> created;
    // Bounded by the singletons' methods that carry the annotation.
    private final Map<InvokedMethod, Coalescer<List<?>, @Nullable List<?>>> coalescers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * None yet.
     *
     * @param options how the method of a name gathers
     * @param listener who is told what happens
     * @param created is given each new one
     */
    public BatchedMethods(
            Function<String, BatchOptions> options, BatchListener listener, Consumer<Coalescer<?, ?>> created) {
        this.options = Objects.requireNonNull(options, "options");
        this.listener = Objects.requireNonNull(listener, "listener");
        this.created = Objects.requireNonNull(created, "created");
    }

    /** Whether methods are to be called as if they had no annotation. */
    boolean isClosed() {
        return closed;
    }

    Coalescer<List<?>, @Nullable List<?>> coalescer(
            InvokedMethod invoked, String name, Supplier<BatchFunction<List<?>, @Nullable List<?>>> function) {
        return coalescers.computeIfAbsent(invoked, key -> create(name, function.get()));
    }

    private Coalescer<List<?>, @Nullable List<?>> create(
            String name, BatchFunction<List<?>, @Nullable List<?>> function) {
        BatchOptions wanted = options.apply(name);
        Coalescer<List<?>, @Nullable List<?>> coalescer = Coalescer.builder(name, function)
                .options(wanted.withMaxWeight(wanted.maxItems()))
                .weigh(List::size)
                // Keeps each caller's calls in their order.
                .partitionBy(call -> Thread.currentThread().getId())
                .listener(listener)
                .build();
        created.accept(coalescer);
        return coalescer;
    }

    /** Waits for what has been begun, as {@link Coalescer#close()} does; later calls are not batched any more. */
    @Override
    public void close() {
        closed = true;
        coalescers.values().forEach(Coalescer::close);
    }
}
