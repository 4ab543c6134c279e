package io.micropatterns.core.method;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.ClassUtils;

/** A bean's method with one of the library's annotations, as what is wrong with it is told. Immutable and thread-safe. */
public final class AnnotatedMethod {

    private static final String PUBLIC = "Make the method public, and call it from another bean.";
    private static final String NOT_STATIC = "Make it an instance method, and call it from another bean.";
    private static final String NOT_FINAL = "Make the method not final.";

    private final Class<? extends Annotation> annotation;
    private final Method method;
    private final Class<?> beanType;
    private final BiFunction<String, @Nullable Throwable, ? extends RuntimeException> failures;

    /**
     * Of a bean.
     *
     * @param method the bean's own, not that of an interface or a superclass
     * @param beanType the bean's class, behind its proxy
     * @param failures makes the exceptions of calls, of a message and a cause
     */
    public AnnotatedMethod(
            Class<? extends Annotation> annotation,
            Method method,
            Class<?> beanType,
            BiFunction<String, @Nullable Throwable, ? extends RuntimeException> failures) {
        this.annotation = Objects.requireNonNull(annotation, "annotation");
        this.method = Objects.requireNonNull(method, "method");
        this.beanType = ClassUtils.getUserClass(beanType);
        this.failures = Objects.requireNonNull(failures, "failures");
    }

    /** The bean's own method. */
    public Method method() {
        return method;
    }

    Class<?> beanType() {
        return beanType;
    }

    /**
     * Makes sure that a proxy can see the method's calls.
     *
     * @throws InvalidAnnotationException when it is private, static or final
     */
    public void requireProxied() {
        int modifiers = method.getModifiers();
        if (Modifier.isPrivate(modifiers)) {
            throw refusal("it is private, and calls of private methods do not go through the bean's proxy", PUBLIC);
        }
        if (Modifier.isStatic(modifiers)) {
            throw refusal("it is static, and calls of static methods do not go through the bean's proxy", NOT_STATIC);
        }
        // Those of a JDK proxy are final, and may be proxied by their interfaces again.
        if (Modifier.isFinal(modifiers) && !Proxy.isProxyClass(beanType)) {
            throw refusal("it is final, so the bean's proxy cannot override it and would not see its calls", NOT_FINAL);
        }
    }

    /**
     * Makes sure that the method's work is done when it returns: not with a future, a stage or a publisher.
     *
     * @param consequence why that would be wrong
     * @throws InvalidAnnotationException otherwise
     */
    public void requireDoneOnReturn(String consequence) {
        if (returnsEarly()) {
            throw refusal(
                    "it returns before its work is done, so " + consequence,
                    "Let the method return the result itself, and its caller call it on another thread if need be.");
        }
    }

    private boolean returnsEarly() {
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

    /** To be thrown, when what the annotation says cannot be done; the message begins with the annotation and the method. */
    public InvalidAnnotationException refusal(String problem, String action) {
        return new InvalidAnnotationException(this + ": " + problem, action);
    }

    /** To be thrown, when a call cannot be done; the message begins as with {@link #refusal}. */
    public RuntimeException failure(String problem, @Nullable Throwable cause) {
        return failures.apply(this + ": " + problem, cause);
    }

    /**
     * An expression over the method's parameters.
     *
     * @param attribute what it gives, for messages
     * @param text in SpEL
     * @throws InvalidAnnotationException when it is none, or names what is not there
     */
    public MethodExpression expression(String attribute, String text) {
        SpelExpression expression;
        try {
            expression = new SpelExpressionParser().parseRaw(text);
        } catch (ParseException | IllegalArgumentException e) {
            throw refusal(
                    "the " + attribute + " is no SpEL expression: " + text,
                    "Write one over the parameters, as in #order.id; a fixed text stands in quotes, as in 'a text'.");
        }
        // What is behind a JDK proxy, only a call can tell.
        if (!Proxy.isProxyClass(beanType)) {
            new ExpressionNames(this, attribute, text).check(expression.getAST());
        }
        return new MethodExpression(this, attribute, expression);
    }

    @Override
    public String toString() {
        return "@" + annotation.getSimpleName() + " on " + method;
    }
}
