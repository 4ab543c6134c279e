package io.micropatterns.batch;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Puts a {@link Coalescer} of calls around a method. */
final class BatchedInterceptor implements MethodInterceptor {

    private final Supplier<BatchedMethods> all;

    // Bounded by the singletons' methods that carry the annotation.
    private final Map<InvokedMethod, BatchedMethod> known = new ConcurrentHashMap<>();

    BatchedInterceptor(Supplier<BatchedMethods> all) {
        this.all = Objects.requireNonNull(all, "all");
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = Objects.requireNonNull(invocation.getThis(), "target");
        InvokedMethod invoked = new InvokedMethod(target, invocation.getMethod());
        BatchedMethod method =
                known.computeIfAbsent(invoked, key -> BatchedMethod.of(key.method(), AopUtils.getTargetClass(target)));
        BatchedMethods methods = all.get();
        if (!(invocation.getArguments()[0] instanceof List<?> items)
                || items.isEmpty()
                || methods.isClosed()
                || (method.joinsTransactions() && TransactionSynchronizationManager.isActualTransactionActive())) {
            return invocation.proceed();
        }
        return call(methods.coalescer(invoked, method.name(), () -> new BatchedCalls(method, invocation)), items);
    }

    /** What the method throws, its caller gets as it is. */
    private static @Nullable Object call(Coalescer<List<?>, @Nullable List<?>> coalescer, List<?> items)
            throws Exception {
        try {
            return coalescer.call(items);
        } catch (BatchException e) {
            if (e.getCause() instanceof Exception checked && !(checked instanceof RuntimeException)) {
                throw checked;
            }
            throw e;
        }
    }
}
