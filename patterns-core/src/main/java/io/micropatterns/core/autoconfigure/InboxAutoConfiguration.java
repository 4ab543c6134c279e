package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.inbox.IdempotentAdvisor;
import io.micropatterns.core.inbox.Inbox;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.payload.PayloadSerializer;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.PlatformTransactionManager;

/** Auto-configuration of the inbox, of {@code @Idempotent}, and of the inbox's retention. */
@AutoConfiguration(
        after = CoreAutoConfiguration.class,
        // The advisor must be registered after the transaction advisor, whose order it shares, to run inside it.
        afterName = {
            "org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnProperty(
        name = {"patterns.core.enabled", "patterns.inbox.enabled"},
        matchIfMissing = true)
@ConditionalOnSingleCandidate(DataSource.class)
@ConditionalOnBean(PlatformTransactionManager.class)
@EnableConfigurationProperties(InboxProperties.class)
public final class InboxAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    Inbox inbox(
            DataSource dataSource,
            ObjectProvider<PlatformTransactionManager> transactionManagers,
            PayloadSerializer serializer,
            InboxProperties properties,
            CoreProperties core) {
        return Inbox.builder(dataSource, TransactionManagers.of(dataSource, transactionManagers))
                .serializer(serializer)
                .wait(properties.maxWait())
                .purgeTimeout(NetworkTimeout.of(core.networkTimeout()))
                .build();
    }

    @Bean
    @ConditionalOnMissingBean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static IdempotentAdvisor idempotentAdvisor(ObjectProvider<Inbox> inbox) {
        return new IdempotentAdvisor(inbox::getObject);
    }

    @Bean
    @ConditionalOnMissingBean(name = "inboxPurge")
    PeriodicTask inboxPurge(Inbox inbox, InboxProperties properties) {
        return new PeriodicTask(
                "patterns-inbox-purge", properties.purgeInterval(), () -> inbox.purge(properties.retention()));
    }
}
