package io.micropatterns.batch.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.batch.BatchListener;
import io.micropatterns.batch.BatchedAdvisor;
import io.micropatterns.batch.BatchedMethods;
import java.util.concurrent.ThreadFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/** Auto-configuration of {@code @Batched} and of the meters of coalescers. */
@AutoConfiguration(
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnProperty(name = "patterns.batch.enabled", matchIfMissing = true)
@EnableConfigurationProperties(BatchProperties.class)
public final class BatchAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static BatchedAdvisor batchedAdvisor(ObjectProvider<BatchedMethods> methods) {
        return new BatchedAdvisor(methods::getObject);
    }

    @Bean
    @ConditionalOnMissingBean
    BatchedMethods batchedMethods(
            BatchProperties properties,
            ObjectProvider<BatchListener> listeners,
            ObjectProvider<BatchMeters> meters,
            Environment environment) {
        BatchListener listener = BatchListener.all(listeners.orderedStream().toList());
        return new BatchedMethods(
                properties::options,
                listener,
                coalescer -> meters.ifAvailable(available -> available.bind(coalescer)),
                Threading.VIRTUAL.isActive(environment) ? BatchAutoConfiguration::virtualThreads : null);
    }

    private static ThreadFactory virtualThreads(String coalescer) {
        return new VirtualThreadTaskExecutor("coalescer-" + coalescer + "-").getVirtualThreadFactory();
    }

    @Bean
    @ConditionalOnMissingBean
    BatchDrain batchDrain(BatchedMethods methods) {
        return new BatchDrain(methods);
    }

    @Bean
    @ConditionalOnMissingBean
    BatchedBeansCheck batchedBeansCheck(ConfigurableListableBeanFactory beans, BatchProperties properties) {
        return new BatchedBeansCheck(beans, properties.methods().keySet());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(MeterRegistry.class)
    static class MetersConfiguration {

        @Bean
        @ConditionalOnMissingBean
        BatchMeters batchMeters(MeterRegistry registry) {
            return new BatchMeters(registry);
        }
    }
}
