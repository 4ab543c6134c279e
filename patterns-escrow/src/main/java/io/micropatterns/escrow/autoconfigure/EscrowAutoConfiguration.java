package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.batch.BatchListener;
import io.micropatterns.core.autoconfigure.CoreProperties;
import io.micropatterns.core.autoconfigure.PatternSchemaInitializer;
import io.micropatterns.core.autoconfigure.PeriodicTask;
import io.micropatterns.core.autoconfigure.TransactionManagers;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.EscrowMonitor;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.EscrowStore;
import io.micropatterns.escrow.ReservationEvents;
import io.micropatterns.escrow.jdbc.JdbcEscrowMonitor;
import io.micropatterns.escrow.jdbc.JdbcEscrowResources;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;

/** Auto-configuration of the escrow in one database: reserving, resources, and expiry. */
@AutoConfiguration(
        afterName = {
            "io.micropatterns.core.autoconfigure.CoreAutoConfiguration",
            "io.micropatterns.batch.autoconfigure.BatchAutoConfiguration",
            "io.micropatterns.outbox.autoconfigure.OutboxAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnProperty(name = "patterns.escrow.enabled", matchIfMissing = true)
@Conditional(OnOneDatabase.class)
@ConditionalOnSingleCandidate(DataSource.class)
@EnableConfigurationProperties({EscrowProperties.class, CoreProperties.class})
@Import(EscrowEventsConfiguration.class)
public final class EscrowAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "escrowSchemaInitializer")
    PatternSchemaInitializer escrowSchemaInitializer(DataSource dataSource, EscrowProperties properties) {
        return new PatternSchemaInitializer(
                dataSource, EscrowBeans.schema(), properties.schema().initialize());
    }

    @Bean
    @ConditionalOnMissingBean(EscrowStore.class)
    @DependsOnDatabaseInitialization
    JdbcEscrowStore escrowStore(
            DataSource dataSource,
            EscrowProperties properties,
            CoreProperties core,
            ObjectProvider<EscrowListener> listeners,
            ObjectProvider<ReservationEvents> events,
            ObjectProvider<PlatformTransactionManager> managers) {
        JdbcEscrowStore store = new JdbcEscrowStore(
                        dataSource, EscrowBeans.instance(properties), NetworkTimeout.of(core.networkTimeout()))
                .lockTimeout(properties.lockTimeout())
                .telling(EscrowBeans.all(listeners));
        ReservationEvents publishing = events.getIfAvailable();
        return publishing == null
                ? store
                : store.publishing(
                        publishing, Transactions.readCommitted(TransactionManagers.of(dataSource, managers)));
    }

    @Bean
    @ConditionalOnMissingBean(EscrowResources.class)
    @DependsOnDatabaseInitialization
    JdbcEscrowResources escrowResources(DataSource dataSource, ObjectProvider<PlatformTransactionManager> managers) {
        return new JdbcEscrowResources(
                dataSource, Transactions.readCommitted(TransactionManagers.of(dataSource, managers)));
    }

    @Bean
    @ConditionalOnMissingBean
    Escrow escrow(
            EscrowStore store,
            EscrowProperties properties,
            ObjectProvider<BatchListener> batchListeners,
            ObjectProvider<EscrowListener> listeners,
            ObjectProvider<EscrowMetrics> metrics) {
        return EscrowBeans.escrow(store, properties, batchListeners, listeners, metrics)
                .build();
    }

    @Bean
    @ConditionalOnMissingBean(EscrowMonitor.class)
    @ConditionalOnBean(JdbcEscrowStore.class)
    @DependsOnDatabaseInitialization
    JdbcEscrowMonitor escrowMonitor(DataSource dataSource, CoreProperties core) {
        return new JdbcEscrowMonitor(dataSource, NetworkTimeout.of(core.networkTimeout()));
    }

    @Bean
    @ConditionalOnMissingBean(name = "escrowRetentionTask")
    @ConditionalOnProperty(name = "patterns.escrow.retention.enabled", matchIfMissing = true)
    PeriodicTask escrowRetentionTask(EscrowStore store, EscrowProperties properties) {
        return EscrowBeans.retention(List.of(store), properties);
    }

    @Bean(initMethod = "start")
    @ConditionalOnMissingBean
    @ConditionalOnProperty(name = "patterns.escrow.expiry.enabled", matchIfMissing = true)
    ReservationExpiry reservationExpiry(
            DataSource dataSource,
            EscrowStore store,
            EscrowProperties properties,
            ObjectProvider<EscrowListener> listeners,
            Environment environment) {
        return EscrowBeans.expiry(dataSource, store, properties, EscrowBeans.all(listeners), environment);
    }
}
