package io.micropatterns.escrow;

import java.lang.reflect.Method;
import java.util.Set;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.annotation.AnnotationUtils;

/** Methods with {@link Reserve}; it is when a bean is matched that they are checked. */
final class ReservePointcut extends StaticMethodMatcherPointcut {

    ReservePointcut() {
        setClassFilter(type -> AnnotationUtils.isCandidateClass(type, Set.of(Reserve.class, Reserve.List.class)));
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return ReserveMethod.find(method, targetClass) != null;
    }
}
