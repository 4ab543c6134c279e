package io.micropatterns.core.inbox;

import io.micropatterns.core.method.AnnotatedMethod;
import io.micropatterns.core.method.InvalidAnnotationException;
import io.micropatterns.core.method.MethodExpression;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** What is known of a method with {@link Idempotent} before it is called. */
record IdempotentMethod(String consumer, MethodExpression key, Type outcome, boolean waits) {

    /**
     * Reads the annotation.
     *
     * @return nothing for a method without
     * @throws InvalidAnnotationException when it cannot be used
     */
    static @Nullable IdempotentMethod find(Method invoked, Class<?> targetClass) {
        Method method = AopUtils.getMostSpecificMethod(invoked, targetClass);
        Idempotent annotation = AnnotatedElementUtils.findMergedAnnotation(method, Idempotent.class);
        if (annotation == null) {
            return null;
        }
        String consumer = annotation.consumer().isBlank()
                ? targetClass.getSimpleName() + "." + method.getName()
                : annotation.consumer();
        AnnotatedMethod annotated = new AnnotatedMethod(
                Idempotent.class,
                method,
                targetClass,
                (message, cause) -> new InboxException(consumer, message, cause));
        annotated.requireProxied();
        annotated.requireDoneOnReturn("there is no outcome to record");
        return new IdempotentMethod(
                consumer,
                annotated.expression("key", annotation.key()),
                method.getGenericReturnType(),
                annotation.waits());
    }

    String key(Object target, @Nullable Object[] arguments) {
        return key.text(target, arguments);
    }
}
