package io.micropatterns.escrow;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.expression.AnnotatedElementKey;

/** Reserves before a call, and ends the reservation after it where that was not done inside. */
final class ReserveInterceptor implements MethodInterceptor {

    private final Supplier<Escrow> escrow;
    private final CurrentReservation current;

    // Bounded by the methods that carry the annotation.
    private final Map<AnnotatedElementKey, ReserveMethod> methods = new ConcurrentHashMap<>();

    ReserveInterceptor(Supplier<Escrow> escrow, CurrentReservation current) {
        this.escrow = Objects.requireNonNull(escrow, "escrow");
        this.current = Objects.requireNonNull(current, "current");
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = Objects.requireNonNull(invocation.getThis(), "target");
        Class<?> type = AopUtils.getTargetClass(target);
        ReserveMethod method = methods.computeIfAbsent(
                new AnnotatedElementKey(invocation.getMethod(), type), key -> methodOf(invocation, type));
        ReserveCall call = new ReserveCall(invocation, escrow.get(), method.request(target, invocation.getArguments()));
        Object result;
        ReserveCall outer = current.call();
        current.set(call);
        try {
            result = invocation.proceed();
        } catch (Throwable e) {
            call.fail(e);
            throw e;
        } finally {
            current.set(outer);
        }
        call.end();
        return result;
    }

    private static ReserveMethod methodOf(MethodInvocation invocation, Class<?> type) {
        ReserveMethod method = Objects.requireNonNull(ReserveMethod.find(invocation.getMethod(), type), "annotation");
        // Without it, each call would look like one that was not let through to the method.
        if (invocation instanceof ProxyMethodInvocation proxied
                && proxied.getProxy() instanceof Advised advised
                && Arrays.stream(advised.getAdvisors()).noneMatch(ConfirmAdvisor.class::isInstance)) {
            throw method.method().failure("there is no ConfirmAdvisor beside the ReserveAdvisor", null);
        }
        return method;
    }
}
