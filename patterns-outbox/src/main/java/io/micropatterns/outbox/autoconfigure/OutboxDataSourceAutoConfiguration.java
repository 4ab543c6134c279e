package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.outbox.Outbox;
import javax.sql.DataSource;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Ends the start where {@link OutboxAutoConfiguration} has no data source to store events by: what is published as a Spring
 * event would otherwise go nowhere, silently. Not where the application has an {@link Outbox} of its own.
 */
@AutoConfiguration(after = OutboxAutoConfiguration.class)
@ConditionalOnProperty(name = "patterns.outbox.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(Outbox.class)
@Conditional(OnNoDataSource.class)
public final class OutboxDataSourceAutoConfiguration {

    /** Before any bean is made, so that nothing fails first for want of an outbox, and lazy initialization delays nothing. */
    @Bean
    static BeanFactoryPostProcessor outboxDataSourceRequired() {
        return beans -> {
            throw noDataSource(beans);
        };
    }

    private static PatternConfigurationException noDataSource(ListableBeanFactory beans) {
        String[] found = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, DataSource.class, true, false);
        if (found.length == 0) {
            return new PatternConfigurationException(
                    "The outbox has no DataSource to store events by, so that they would be lost.",
                    "Add org.springframework.boot:spring-boot-starter-data-jpa or spring-boot-starter-jdbc and set"
                            + " spring.datasource.url, or do without the outbox with patterns.outbox.enabled=false.");
        }
        return new PatternConfigurationException(
                "The outbox cannot tell which DataSource to store events by: none of " + String.join(", ", found)
                        + " is primary.",
                "Mark the one @Primary whose transactions events belong to, or define the Outbox bean yourself"
                        + " (Outbox.builder), or do without the outbox with patterns.outbox.enabled=false.");
    }
}
