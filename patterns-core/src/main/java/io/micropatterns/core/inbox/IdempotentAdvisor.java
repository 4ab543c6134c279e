package io.micropatterns.core.inbox;

import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;

/**
 * Applies {@link Idempotent} to beans: declare it as a bean where an auto-proxy creator is active (which
 * {@code @EnableTransactionManagement} provides). Declare it after the transaction advisor, so that it runs inside the
 * transaction that a method's own {@code @Transactional} begins. Thread-safe.
 */
public final class IdempotentAdvisor extends AbstractPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    private final transient Pointcut pointcut = new AnnotationMatchingPointcut(null, Idempotent.class, true);
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
