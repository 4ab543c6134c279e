package io.micropatterns.core.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.core.deadletter.DeadLetterListener;
import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.jdbc.NetworkTimeout;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** Auto-configuration of the dead letters: the API, its meters, its health and its endpoint. */
@AutoConfiguration(
        after = CoreAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnProperty(
        name = {"patterns.core.enabled", "patterns.dead-letters.enabled"},
        matchIfMissing = true)
@ConditionalOnSingleCandidate(DataSource.class)
@ConditionalOnBean(PlatformTransactionManager.class)
@EnableConfigurationProperties(DeadLettersProperties.class)
public final class DeadLettersAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    DeadLetters deadLetters(
            DataSource dataSource,
            ObjectProvider<PlatformTransactionManager> transactionManagers,
            ObjectProvider<DeadLetterListener> listeners,
            CoreProperties properties) {
        return DeadLetters.jdbc(
                dataSource,
                TransactionManagers.of(dataSource, transactionManagers),
                DeadLetterListener.all(listeners.orderedStream().toList()),
                NetworkTimeout.of(properties.networkTimeout()));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(MeterRegistry.class)
    static class MetersConfiguration {

        @Bean
        @ConditionalOnMissingBean
        DeadLetterMeters deadLetterMeters(MeterRegistry registry) {
            return new DeadLetterMeters(registry);
        }

        @Bean
        @ConditionalOnMissingBean(name = "deadLetterCounting")
        PeriodicTask deadLetterCounting(
                DeadLetters deadLetters, DeadLetterMeters meters, DeadLettersProperties properties) {
            return new PeriodicTask(
                    "patterns-dead-letter-counting",
                    properties.metersInterval(),
                    () -> meters.update(deadLetters.counts()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "deadLettersHealthIndicator")
        @ConditionalOnEnabledHealthIndicator("dead-letters")
        DeadLettersHealthIndicator deadLettersHealthIndicator(
                DeadLetters deadLetters, DeadLettersProperties properties) {
            return new DeadLettersHealthIndicator(deadLetters, properties.warnThreshold());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        DeadLettersEndpoint deadLettersEndpoint(DeadLetters deadLetters) {
            return new DeadLettersEndpoint(deadLetters);
        }
    }
}
