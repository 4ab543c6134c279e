package io.micropatterns.core.inbox;

import io.micropatterns.core.method.AnnotatedMethod;
import io.micropatterns.core.method.MethodExpression;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** What is known of a method with {@link Idempotent} before it is called. */
record IdempotentMethod(String consumer, MethodExpression key, Type outcome, boolean waits) {

    static IdempotentMethod of(Method invoked, Class<?> targetClass) {
        Method method = AopUtils.getMostSpecificMethod(invoked, targetClass);
        Idempotent annotation = Objects.requireNonNull(
                AnnotatedElementUtils.findMergedAnnotation(method, Idempotent.class), "annotation");
        String consumer = annotation.consumer().isBlank()
                ? targetClass.getSimpleName() + "." + method.getName()
                : annotation.consumer();
        AnnotatedMethod annotated = new AnnotatedMethod(
                Idempotent.class, method, (message, cause) -> new InboxException(consumer, message, cause));
        if (annotated.returnsEarly()) {
            throw annotated.failure("it returns before its work is done, so there is no outcome to record", null);
        }
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
