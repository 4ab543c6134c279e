package io.micropatterns.core.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** A connection whose network timeout is what it was before by the time it goes back to its pool. */
final class BoundedConnection implements InvocationHandler {

    private final Connection target;
    private final int formerTimeout;

    private BoundedConnection(Connection target, int formerTimeout) {
        this.target = target;
        this.formerTimeout = formerTimeout;
    }

    static Connection of(Connection target, int formerTimeout) {
        return (Connection) Proxy.newProxyInstance(
                BoundedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new BoundedConnection(target, formerTimeout));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "equals" -> {
                return arguments != null && proxy == arguments[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "close", "abort" -> NetworkTimeout.restore(target, formerTimeout);
            default -> {
                // As it is.
            }
        }
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException ex) {
            throw ex.getTargetException();
        }
    }
}
