package io.micropatterns.batch;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodIntrospector.MetadataLookup;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;

/** The coalescers of {@link Batched} methods, each made when its method is first called. Thread-safe. */
public final class BatchedMethods implements AutoCloseable {

    private final Function<String, BatchOptions> options;
    private final BatchListener listener;
    private final Consumer<Coalescer<?, ?>> created;
    private final @Nullable Function<String, ThreadFactory> threads;
    // Bounded by the singletons' methods that carry the annotation.
    private final Map<InvokedMethod, BatchedCoalescer> coalescers = new ConcurrentHashMap<>();
    private boolean closed;

    /**
     * None yet; batches run on daemon threads.
     *
     * @param options how the method of a name gathers
     * @param listener who is told what happens
     * @param created is given each new one
     */
    public BatchedMethods(
            Function<String, BatchOptions> options, BatchListener listener, Consumer<Coalescer<?, ?>> created) {
        this(options, listener, created, null);
    }

    /**
     * None yet.
     *
     * @param options how the method of a name gathers
     * @param listener who is told what happens
     * @param created is given each new one
     * @param threads makes the threads of the method of a name; daemons when there is nothing
     */
    public BatchedMethods(
            Function<String, BatchOptions> options,
            BatchListener listener,
            Consumer<Coalescer<?, ?>> created,
            @Nullable Function<String, ThreadFactory> threads) {
        this.options = Objects.requireNonNull(options, "options");
        this.listener = Objects.requireNonNull(listener, "listener");
        this.created = Objects.requireNonNull(created, "created");
        this.threads = threads;
    }

    /**
     * The names of a bean's methods, as they are in properties and meters.
     *
     * @param beanType the bean's class, behind its proxy
     * @throws io.micropatterns.core.method.InvalidAnnotationException when one cannot be batched
     */
    public static Set<String> names(Class<?> beanType) {
        Class<?> type = ClassUtils.getUserClass(beanType);
        // What is behind a JDK proxy, only a call can tell.
        if (Proxy.isProxyClass(type) || !AnnotationUtils.isCandidateClass(type, Batched.class)) {
            return Set.of();
        }
        return MethodIntrospector.selectMethods(
                        type, (MetadataLookup<BatchedMethod>) method -> BatchedMethod.find(method, type))
                .values()
                .stream()
                .map(BatchedMethod::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** That of the invoked method; nothing when it is to be called as if it had no annotation. */
    @Nullable
    BatchedCoalescer coalescer(MethodInvocation invocation) {
        Object target = Objects.requireNonNull(invocation.getThis(), "target");
        InvokedMethod invoked = new InvokedMethod(target, invocation.getMethod());
        BatchedCoalescer known = coalescers.get(invoked);
        return known != null ? known : coalescerLater(invoked, invocation);
    }

    private synchronized @Nullable BatchedCoalescer coalescerLater(InvokedMethod invoked, MethodInvocation invocation) {
        return closed ? null : coalescers.computeIfAbsent(invoked, key -> create(key, invocation));
    }

    private BatchedCoalescer create(InvokedMethod invoked, MethodInvocation invocation) {
        BatchedMethod method = Objects.requireNonNull(
                BatchedMethod.find(invoked.method(), AopUtils.getTargetClass(invoked.target())), "annotation");
        BatchOptions wanted = options.apply(method.name());
        Coalescer.Builder<List<?>, @Nullable List<?>> builder = Coalescer.builder(
                        method.name(), new BatchedCalls(method, invocation))
                .options(wanted.withMaxWeight(wanted.maxItems()))
                .weigh(List::size)
                // Keeps each caller's calls in their order.
                .partitionBy(call -> Thread.currentThread().getId())
                .listener(listener);
        if (threads != null) {
            builder.threads(threads.apply(method.name()));
        }
        DefaultCoalescer<List<?>, @Nullable List<?>> calls = builder.create();
        created.accept(calls);
        return new BatchedCoalescer(method, calls);
    }

    /** Calls are batched again after {@link #close()}, as they are from the start. */
    public synchronized void open() {
        closed = false;
    }

    /**
     * Waits for what has been begun, as {@link Coalescer#close()} does, for at most the longest timeout of all; later calls
     * are not batched any more, until {@link #open()}.
     */
    @Override
    public void close() {
        List<BatchedCoalescer> ending = takeAll();
        long from = System.nanoTime();
        ending.forEach(coalescer -> coalescer.calls().refuse());
        ending.forEach(coalescer -> coalescer.calls().awaitEnd(from));
    }

    private synchronized List<BatchedCoalescer> takeAll() {
        closed = true;
        List<BatchedCoalescer> all = List.copyOf(coalescers.values());
        coalescers.clear();
        return all;
    }
}
