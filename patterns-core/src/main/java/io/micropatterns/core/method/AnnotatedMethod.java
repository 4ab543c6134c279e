package io.micropatterns.core.method;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/** A bean's method with one of the library's annotations, as what is wrong with it is told. Immutable and thread-safe. */
public final class AnnotatedMethod {

    private final Class<? extends Annotation> annotation;
    private final Method method;
    private final BiFunction<String, @Nullable Throwable, ? extends RuntimeException> exceptions;

    /**
     * Of this method.
     *
     * @param exceptions makes the exceptions of what the annotation is for, of a message and a cause
     */
    public AnnotatedMethod(
            Class<? extends Annotation> annotation,
            Method method,
            BiFunction<String, @Nullable Throwable, ? extends RuntimeException> exceptions) {
        this.annotation = Objects.requireNonNull(annotation, "annotation");
        this.method = Objects.requireNonNull(method, "method");
        this.exceptions = Objects.requireNonNull(exceptions, "exceptions");
    }

    /** The method itself. */
    public Method method() {
        return method;
    }

    /** An exception to be thrown, whose message begins with the annotation and the method. */
    public RuntimeException failure(String problem, @Nullable Throwable cause) {
        return exceptions.apply(this + ": " + problem, cause);
    }

    /**
     * An expression over the method's parameters.
     *
     * @param attribute what it gives, for messages
     * @param text in SpEL
     * @throws RuntimeException of {@link #failure}, when it is none
     */
    public MethodExpression expression(String attribute, String text) {
        try {
            return new MethodExpression(this, attribute, new SpelExpressionParser().parseExpression(text));
        } catch (ParseException | IllegalArgumentException e) {
            throw failure("the " + attribute + " is no SpEL expression: " + text, e);
        }
    }

    /** Whether it returns before its work is done: with a future, a stage or a publisher. */
    public boolean returnsEarly() {
        Class<?> type = method.getReturnType();
        if (Future.class.isAssignableFrom(type)
                || CompletionStage.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)) {
            return true;
        }
        // Reactive Streams need not be on the class path.
        return type.getName().startsWith("reactor.core.publisher.")
                || type.getName().equals("org.reactivestreams.Publisher");
    }

    @Override
    public String toString() {
        return "@" + annotation.getSimpleName() + " on " + method;
    }
}
