package io.micropatterns.escrow;

import java.util.Objects;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** Notes whether the method itself has returned, and in which transaction. */
final class ConfirmInterceptor implements MethodInterceptor {

    private final CurrentReservation current;

    ConfirmInterceptor(CurrentReservation current) {
        this.current = Objects.requireNonNull(current, "current");
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        ReserveCall call = current.call();
        if (call == null || !call.isOf(invocation)) {
            throw new EscrowException(
                    "@Reserve on " + invocation.getMethod() + ": nothing was reserved on the thread that is to run it",
                    null);
        }
        call.enter();
        Object result = invocation.proceed();
        call.returned();
        return result;
    }
}
