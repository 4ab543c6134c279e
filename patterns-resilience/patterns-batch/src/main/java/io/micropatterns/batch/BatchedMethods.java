package io.micropatterns.batch;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;

/** The coalescers of {@link Batched} methods, each made when its method is first called. Thread-safe. */
public final class BatchedMethods implements AutoCloseable {

    private final Function<String, BatchOptions> options;
    private final BatchListener listener;
    private final Consumer<Coalescer<?, ?>> created;
    // Bounded by the singletons' methods that carry the annotation.
    private final Map<InvokedMethod, BatchedCoalescer> coalescers = new ConcurrentHashMap<>();
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

    /**
     * That of the invoked method.
     *
     * @throws BatchException when the method's signature does not suit the annotation
     */
    BatchedCoalescer coalescer(MethodInvocation invocation) {
        Object target = Objects.requireNonNull(invocation.getThis(), "target");
        InvokedMethod invoked = new InvokedMethod(target, invocation.getMethod());
        BatchedCoalescer known = coalescers.get(invoked);
        return known != null ? known : coalescers.computeIfAbsent(invoked, key -> create(key, invocation));
    }

    private BatchedCoalescer create(InvokedMethod invoked, MethodInvocation invocation) {
        BatchedMethod method = BatchedMethod.of(invoked.method(), AopUtils.getTargetClass(invoked.target()));
        BatchOptions wanted = options.apply(method.name());
        Coalescer<List<?>, @Nullable List<?>> calls = Coalescer.builder(
                        method.name(), new BatchedCalls(method, invocation))
                .options(wanted.withMaxWeight(wanted.maxItems()))
                .weigh(List::size)
                // Keeps each caller's calls in their order.
                .partitionBy(call -> Thread.currentThread().getId())
                .listener(listener)
                .build();
        created.accept(calls);
        return new BatchedCoalescer(method, calls);
    }

    /** Waits for what has been begun, as {@link Coalescer#close()} does; later calls are not batched any more. */
    @Override
    public void close() {
        closed = true;
        coalescers.values().forEach(coalescer -> coalescer.calls().close());
    }
}
