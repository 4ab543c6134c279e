package io.micropatterns.escrow;

import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.core.Ordered;

/**
 * Applies {@link Reserve} to beans: declare it as a bean where an auto-proxy creator is active (which
 * {@code @EnableTransactionManagement} provides), and a {@link ConfirmAdvisor} too. It runs outside of transactions that methods
 * begin, as long as their advisor has Spring's default order, and inside of what refuses callers, such as method security.
 * A method that cannot be what the annotation says keeps its bean from being made, with
 * {@link io.micropatterns.core.method.InvalidAnnotationException}. Thread-safe.
 */
public final class ReserveAdvisor extends AbstractPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    private final transient Pointcut pointcut = ReserveMethod.pointcut();
    private final transient Advice advice;

    /**
     * With these.
     *
     * @param escrow asked for at each call
     * @param current the same as the {@link ConfirmAdvisor}'s
     */
    public ReserveAdvisor(Supplier<Escrow> escrow, CurrentReservation current) {
        this.advice = new ReserveInterceptor(escrow, current);
        setOrder(Ordered.LOWEST_PRECEDENCE - 100);
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
