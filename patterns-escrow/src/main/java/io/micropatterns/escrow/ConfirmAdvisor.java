package io.micropatterns.escrow;

import org.aopalliance.aop.Advice;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;

/**
 * The inner part of the {@link ReserveAdvisor}, which sees the transaction that a method begins. Declare it after the transaction
 * advisor and the {@link io.micropatterns.core.inbox.IdempotentAdvisor}, whose order it shares, so that it runs inside them.
 * Thread-safe.
 */
public final class ConfirmAdvisor extends AbstractPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    private final transient Pointcut pointcut = ReserveMethod.pointcut();
    private final transient Advice advice;

    /** With the same as the {@link ReserveAdvisor}'s. */
    public ConfirmAdvisor(CurrentReservation current) {
        this.advice = new ConfirmInterceptor(current);
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
