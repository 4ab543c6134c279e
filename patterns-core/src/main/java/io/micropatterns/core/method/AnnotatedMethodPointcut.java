package io.micropatterns.core.method;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** The methods of beans that carry an annotation. All of a bean's are looked at when it is made, so that what is wrong with one is told then. */
public final class AnnotatedMethodPointcut extends StaticMethodMatcherPointcut {

    private final BiPredicate<Method, Class<?>> carries;

    /**
     * Those with one of these.
     *
     * @param carries whether a method of a class does, which throws what is wrong with it
     */
    public AnnotatedMethodPointcut(
            Set<Class<? extends Annotation>> annotations, BiPredicate<Method, Class<?>> carries) {
        this.carries = carries;
        setClassFilter(type -> AnnotationUtils.isCandidateClass(type, annotations) && anyOf(type));
    }

    private boolean anyOf(Class<?> type) {
        boolean any = false;
        for (Method method : methods(type)) {
            any |= carries.test(method, type);
        }
        return any;
    }

    private static List<Method> methods(Class<?> type) {
        List<Method> methods =
                new ArrayList<>(Arrays.asList(ReflectionUtils.getAllDeclaredMethods(ClassUtils.getUserClass(type))));
        for (Class<?> each : ClassUtils.getAllInterfacesForClassAsSet(type)) {
            methods.addAll(Arrays.asList(ReflectionUtils.getAllDeclaredMethods(each)));
        }
        return methods;
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return carries.test(method, targetClass);
    }
}
