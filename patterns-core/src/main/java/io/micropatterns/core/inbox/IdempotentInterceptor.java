package io.micropatterns.core.inbox;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.expression.AnnotatedElementKey;

/** Puts {@link Inbox#onceChecked} around a method. */
final class IdempotentInterceptor implements MethodInterceptor {

    private final Supplier<Inbox> inbox;

    // Bounded by the methods that carry the annotation.
    private final Map<AnnotatedElementKey, IdempotentMethod> methods = new ConcurrentHashMap<>();

    IdempotentInterceptor(Supplier<Inbox> inbox) {
        this.inbox = Objects.requireNonNull(inbox, "inbox");
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = Objects.requireNonNull(invocation.getThis(), "target");
        Class<?> type = AopUtils.getTargetClass(target);
        IdempotentMethod method = methods.computeIfAbsent(
                new AnnotatedElementKey(invocation.getMethod(), type),
                key -> Objects.requireNonNull(IdempotentMethod.find(invocation.getMethod(), type), "annotation"));
        String key = method.key(target, invocation.getArguments());
        Inbox once = inbox.get();
        return (method.waits() ? once : once.withWait(Duration.ZERO))
                .onceChecked(method.consumer(), key, method.outcome(), invocation::proceed);
    }
}
