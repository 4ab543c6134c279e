package io.micropatterns.batch;

import io.micropatterns.batch.Batched.InTransaction;
import io.micropatterns.core.method.AnnotatedMethod;
import io.micropatterns.core.method.InvalidAnnotationException;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** What is known of a method with {@link Batched} before it is called. */
record BatchedMethod(String name, boolean joinsTransactions, boolean returnsResults) {

    /**
     * Reads the annotation.
     *
     * @return nothing for a method without
     * @throws InvalidAnnotationException when it cannot be used
     */
    static @Nullable BatchedMethod find(Method invoked, Class<?> targetClass) {
        Method method = AopUtils.getMostSpecificMethod(invoked, targetClass);
        Batched annotation = AnnotatedElementUtils.findMergedAnnotation(method, Batched.class);
        if (annotation == null) {
            return null;
        }
        String name = annotation.value().isBlank()
                ? targetClass.getSimpleName() + "." + method.getName()
                : annotation.value();
        AnnotatedMethod annotated = new AnnotatedMethod(
                Batched.class, method, targetClass, (message, cause) -> new BatchException(name, message, cause));
        annotated.requireProxied();
        boolean returnsResults = method.getReturnType() == List.class;
        if (method.getParameterCount() != 1
                || method.getParameterTypes()[0] != List.class
                || !(returnsResults || method.getReturnType() == void.class)) {
            throw annotated.refusal(
                    "calls of this signature cannot be batched",
                    "Let the method have one parameter, a List, and return a List with a result for each item, or nothing.");
        }
        return new BatchedMethod(name, annotation.inTransaction() == InTransaction.JOIN, returnsResults);
    }
}
