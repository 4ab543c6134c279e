package io.micropatterns.batch.autoconfigure;

import io.micropatterns.batch.BatchedMethods;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.method.InvalidAnnotationException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Looks at the application's beans once they are there. One with {@code @Batched} methods of a scope with many short lives ends the start, for
 * each of it would gather for itself, and its coalescer would stay; names that go astray are logged.
 */
final class BatchedBeansCheck implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(BatchedBeansCheck.class);

    private static final Set<String> SHORT_LIVED = Set.of(BeanDefinition.SCOPE_PROTOTYPE, "request", "session");

    private final ConfigurableListableBeanFactory beans;
    private final Set<String> configured;

    /**
     * Of this application.
     *
     * @param configured the methods that have properties of their own
     */
    BatchedBeansCheck(ConfigurableListableBeanFactory beans, Set<String> configured) {
        this.beans = beans;
        this.configured = configured;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Map<String, Set<String>> beansByName = new TreeMap<>();
        for (String bean : beans.getBeanNamesForType(Object.class, true, false)) {
            // The proxy of a scope stands before a bean that is looked at itself.
            if (!beans.containsBeanDefinition(ScopedProxyUtils.getTargetBeanName(bean))) {
                for (String name : names(bean)) {
                    beansByName.computeIfAbsent(name, key -> new TreeSet<>()).add(bean);
                }
            }
        }
        beansByName.forEach((name, all) -> {
            if (all.size() > 1) {
                log.warn(
                        "The @Batched methods of the beans {} share the name {}, and so its properties and meters: give each a"
                                + " name of its own, as in @Batched(\"a-name\"), where that is not meant",
                        all,
                        name);
            }
        });
        for (String name : configured) {
            if (!beansByName.containsKey(name)) {
                log.warn(
                        "patterns.batch.methods[{}] is for no method: those with @Batched are {}",
                        name,
                        beansByName.keySet());
            }
        }
    }

    private Set<String> names(String bean) {
        Set<String> names = namesIfKnown(bean);
        if (!names.isEmpty() && beans.containsBeanDefinition(bean)) {
            requireLongLived(names, beans.getMergedBeanDefinition(bean).getScope());
        }
        return names;
    }

    private static void requireLongLived(Set<String> names, @Nullable String scope) {
        if (scope != null && SHORT_LIVED.contains(scope)) {
            throw new PatternConfigurationException(
                    "A bean with @Batched methods " + names + " has the scope " + scope
                            + ": each new one would gather calls for itself.",
                    "Move the methods to a bean of singleton scope, which is the default.");
        }
    }

    private Set<String> namesIfKnown(String bean) {
        try {
            Class<?> type = AutoProxyUtils.determineTargetClass(beans, bean);
            return type == null ? Set.of() : BatchedMethods.names(type);
        } catch (InvalidAnnotationException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            log.debug("The methods of the bean {} cannot be looked at, so perhaps it will never be made", bean, e);
            return Set.of();
        }
    }
}
