package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.escrow.Reserve;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Looks for beans with {@link Reserve} where nothing reserves for them: they would sell what there is not. */
final class ReserveWithoutEscrow implements BeanPostProcessor {

    private static final Logger log = LoggerFactory.getLogger(ReserveWithoutEscrow.class);

    private final boolean enabled;

    // Bounded by the classes of beans that carry the annotation.
    private final Set<Class<?>> warned = ConcurrentHashMap.newKeySet();

    /**
     * Of this application.
     *
     * @param enabled whether the escrow is: then such a bean ends the start; otherwise its class is logged, once
     */
    ReserveWithoutEscrow(boolean enabled) {
        this.enabled = enabled;
    }

    @Override
    public @Nullable Object postProcessBeforeInitialization(Object bean, String beanName) {
        Class<?> type = ClassUtils.getUserClass(bean);
        if (isAnnotated(type)) {
            if (enabled) {
                throw new PatternConfigurationException(
                        "The bean '" + beanName + "' of " + type.getName()
                                + " has methods with @Reserve, but there is no Escrow to reserve by.",
                        "Declare a data source, or of several one as @Primary, or name those of the resources by"
                                + " patterns.escrow.shards; or declare a bean of type Escrow. To run without reservations, set"
                                + " patterns.escrow.enabled=false.");
            }
            if (warned.add(type)) {
                log.warn(
                        "Nothing is reserved for the methods with @Reserve of {}, for patterns.escrow.enabled is false",
                        type.getName());
            }
        }
        return bean;
    }

    private static boolean isAnnotated(Class<?> type) {
        return AnnotationUtils.isCandidateClass(type, Set.of(Reserve.class, Reserve.List.class))
                && !MethodIntrospector.selectMethods(type, (ReflectionUtils.MethodFilter)
                                method -> MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
                                        .isPresent(Reserve.class))
                        .isEmpty();
    }
}
