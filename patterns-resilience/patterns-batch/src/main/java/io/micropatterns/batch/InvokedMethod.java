package io.micropatterns.batch;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A method of one bean; equal by the bean's identity, so that no two beans' items get mixed. */
record InvokedMethod(Object target, Method method) {

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof InvokedMethod that && target == that.target && method.equals(that.method);
    }

    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(target) + method.hashCode();
    }
}
