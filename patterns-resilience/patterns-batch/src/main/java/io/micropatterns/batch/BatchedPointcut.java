package io.micropatterns.batch;

import java.lang.reflect.Method;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.annotation.AnnotationUtils;

/** Methods with {@link Batched}; it is when a bean is matched that they are checked. */
final class BatchedPointcut extends StaticMethodMatcherPointcut {

    BatchedPointcut() {
        setClassFilter(type -> AnnotationUtils.isCandidateClass(type, Batched.class));
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return BatchedMethod.find(method, targetClass) != null;
    }
}
