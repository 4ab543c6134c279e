package io.micropatterns.core.method;

import org.jspecify.annotations.Nullable;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;

/**
 * A SpEL expression over a method's parameters: {@code #name}, {@code #p0} or {@code #a0}; the bean is its root. Immutable and
 * thread-safe.
 */
public final class MethodExpression {

    static final ParameterNameDiscoverer PARAMETER_NAMES = new DefaultParameterNameDiscoverer();

    private final AnnotatedMethod method;
    private final String attribute;
    private final Expression expression;

    MethodExpression(AnnotatedMethod method, String attribute, Expression expression) {
        this.method = method;
        this.attribute = attribute;
        this.expression = expression;
    }

    /**
     * What it gives for a call.
     *
     * @throws RuntimeException of {@link AnnotatedMethod#failure}, when it cannot be evaluated
     */
    public @Nullable Object value(Object target, @Nullable Object[] arguments) {
        try {
            return expression.getValue(
                    new MethodBasedEvaluationContext(target, method.method(), arguments, PARAMETER_NAMES));
        } catch (EvaluationException e) {
            throw failure("cannot be evaluated: " + e.getMessage(), e);
        }
    }

    /**
     * The same as text.
     *
     * @throws RuntimeException of {@link AnnotatedMethod#failure}, when it cannot be evaluated, or is null or blank
     */
    public String text(Object target, @Nullable Object[] arguments) {
        Object value = value(target, arguments);
        if (value == null || value.toString().isBlank()) {
            throw failure("is " + (value == null ? "null" : "blank"), null);
        }
        return value.toString();
    }

    /** An exception to be thrown, whose message names the expression too. */
    public RuntimeException failure(String problem, @Nullable Throwable cause) {
        return method.failure("the " + attribute + " '" + expression.getExpressionString() + "' " + problem, cause);
    }
}
