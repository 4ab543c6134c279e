package io.micropatterns.batch;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Puts a {@link Coalescer} of calls around a method. */
final class BatchedInterceptor implements MethodInterceptor {

    private final Supplier<BatchedMethods> all;

    BatchedInterceptor(Supplier<BatchedMethods> all) {
        this.all = Objects.requireNonNull(all, "all");
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        BatchedMethods methods = all.get();
        if (methods.isClosed()) {
            return invocation.proceed();
        }
        BatchedCoalescer coalescer = methods.coalescer(invocation);
        if (!(invocation.getArguments()[0] instanceof List<?> items)
                || items.isEmpty()
                || (coalescer.method().joinsTransactions()
                        && TransactionSynchronizationManager.isActualTransactionActive())) {
            return invocation.proceed();
        }
        return call(coalescer.calls(), items);
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
