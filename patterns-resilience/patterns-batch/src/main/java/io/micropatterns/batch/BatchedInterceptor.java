package io.micropatterns.batch;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
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
        BatchedCoalescer coalescer = all.get().coalescer(invocation);
        if (coalescer == null
                || !(invocation.getArguments()[0] instanceof List<?> items)
                || items.isEmpty()
                || (coalescer.method().joinsTransactions()
                        && TransactionSynchronizationManager.isActualTransactionActive())) {
            return invocation.proceed();
        }
        try {
            return coalescer.calls().outcome(items);
        } catch (BatchClosedException e) {
            // Closed since it was looked up, and the call was not taken.
            return invocation.proceed();
        } catch (ExecutionException e) {
            // What the method throws, its caller gets as it is.
            throw Objects.requireNonNull(e.getCause(), "cause");
        }
    }
}
