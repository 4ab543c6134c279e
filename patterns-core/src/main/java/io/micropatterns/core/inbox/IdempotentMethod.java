package io.micropatterns.core.inbox;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/** What is known of a method with {@link Idempotent} before it is called. */
record IdempotentMethod(Method method, String consumer, Expression expression, Type outcome, boolean waits) {

    private static final ParameterNameDiscoverer PARAMETER_NAMES = new DefaultParameterNameDiscoverer();

    static IdempotentMethod of(Method invoked, Class<?> targetClass) {
        Method method = AopUtils.getMostSpecificMethod(invoked, targetClass);
        Idempotent annotation = Objects.requireNonNull(
                AnnotatedElementUtils.findMergedAnnotation(method, Idempotent.class), "annotation");
        String consumer = annotation.consumer().isBlank()
                ? targetClass.getSimpleName() + "." + method.getName()
                : annotation.consumer();
        if (returnsEarly(method.getReturnType())) {
            throw new InboxException(
                    consumer,
                    "@Idempotent on " + method
                            + ": it returns before its work is done, so there is no outcome to record",
                    null);
        }
        try {
            return new IdempotentMethod(
                    method,
                    consumer,
                    new SpelExpressionParser().parseExpression(annotation.key()),
                    method.getGenericReturnType(),
                    annotation.waits());
        } catch (ParseException | IllegalArgumentException ex) {
            throw new InboxException(
                    consumer, "@Idempotent on " + method + ": the key is no SpEL expression: " + annotation.key(), ex);
        }
    }

    String key(Object target, @Nullable Object[] arguments) {
        Object key;
        try {
            key = expression.getValue(new MethodBasedEvaluationContext(target, method, arguments, PARAMETER_NAMES));
        } catch (EvaluationException ex) {
            throw new InboxException(
                    consumer,
                    "@Idempotent on " + method + ": the key '" + expression.getExpressionString()
                            + "' cannot be evaluated: " + ex.getMessage(),
                    ex);
        }
        if (key == null || key.toString().isBlank()) {
            throw new InboxException(
                    consumer,
                    "@Idempotent on " + method + ": the key '" + expression.getExpressionString() + "' is "
                            + (key == null ? "null" : "blank"),
                    null);
        }
        return key.toString();
    }

    private static boolean returnsEarly(Class<?> type) {
        if (Future.class.isAssignableFrom(type)
                || CompletionStage.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)) {
            return true;
        }
        // Reactive Streams need not be on the class path.
        return type.getName().startsWith("reactor.core.publisher.")
                || type.getName().equals("org.reactivestreams.Publisher");
    }
}
