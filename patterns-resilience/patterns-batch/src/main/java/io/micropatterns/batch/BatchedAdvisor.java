package io.micropatterns.batch;

import io.micropatterns.core.method.AnnotatedMethodPointcut;
import java.util.Set;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.core.Ordered;

/**
 * Applies {@link Batched} to beans: declare it as a bean where an auto-proxy creator is active. It runs outside of other
 * advice, so that a method's own {@code @Transactional} and aspects are for the whole batch, on its thread. A method that
 * cannot be batched keeps its bean from being made, with {@link io.micropatterns.core.method.InvalidAnnotationException}.
 * Thread-safe.
 */
public final class BatchedAdvisor extends AbstractPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    private final transient Pointcut pointcut = new AnnotatedMethodPointcut(
            Set.of(Batched.class), (method, type) -> BatchedMethod.find(method, type) != null);
    private final transient Advice advice;

    /** With these, asked for when a method is first called, and not closed by it. */
    public BatchedAdvisor(Supplier<BatchedMethods> methods) {
        this.advice = new BatchedInterceptor(methods);
        setOrder(Ordered.HIGHEST_PRECEDENCE);
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
