package io.micropatterns.core.inbox;

import io.micropatterns.core.method.AnnotatedMethodPointcut;
import java.util.Set;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;

/**
 * Applies {@link Idempotent} to beans: declare it as a bean where an auto-proxy creator is active (which
 * {@code @EnableTransactionManagement} provides). Declare it after the transaction advisor, so that it runs inside the
 * transaction that a method's own {@code @Transactional} begins. A method that cannot be what the annotation says keeps its bean from
 * being made, with {@link io.micropatterns.core.method.InvalidAnnotationException}. Thread-safe.
 */
public final class IdempotentAdvisor extends AbstractPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    private final transient Pointcut pointcut = new AnnotatedMethodPointcut(
            Set.of(Idempotent.class), (method, type) -> IdempotentMethod.find(method, type) != null);
    private final transient Advice advice;

    /** On this inbox, asked for when a method is first called. */
    public IdempotentAdvisor(Supplier<Inbox> inbox) {
        this.advice = new IdempotentInterceptor(inbox);
    }

    @Override
    public Pointcut getPointcut() {
        return pointcut;
    }

    @Override
    public Advice getAdvice() {
        return advice;
    }
}
