package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.batch.BatchListener;
import io.micropatterns.core.autoconfigure.CoreProperties;
import io.micropatterns.core.autoconfigure.PatternSchemaInitializer;
import io.micropatterns.core.autoconfigure.PeriodicTask;
import io.micropatterns.core.autoconfigure.TransactionManagers;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.core.schema.PatternSchema;
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
import java.util.concurrent.ThreadLocalRandom;
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
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.PlatformTransactionManager;

/** Auto-configuration of the escrow: reserving, resources, and expiry. */
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
@ConditionalOnSingleCandidate(DataSource.class)
@EnableConfigurationProperties({EscrowProperties.class, CoreProperties.class})
@Import(EscrowEventsConfiguration.class)
public final class EscrowAutoConfiguration {

    private static final int PURGE_BATCH = 1_000;

    @Bean
    @ConditionalOnMissingBean(name = "escrowSchemaInitializer")
    PatternSchemaInitializer escrowSchemaInitializer(DataSource dataSource, EscrowProperties properties) {
        return new PatternSchemaInitializer(
                dataSource,
                PatternSchema.of("escrow", "patterns_escrow_stock", "patterns_escrow_hold"),
                properties.schema().initialize());
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
        int instance = properties.instance() == null
                ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE)
                : properties.instance();
        JdbcEscrowStore store = new JdbcEscrowStore(dataSource, instance, NetworkTimeout.of(core.networkTimeout()))
                .telling(all(listeners));
        ReservationEvents publishing = events.getIfAvailable();
        return publishing == null
                ? store
                : store.publishing(
                        publishing, Transactions.readCommitted(TransactionManagers.of(dataSource, managers)));
    }

    private static EscrowListener all(ObjectProvider<EscrowListener> listeners) {
        return EscrowListener.all(listeners.orderedStream().toList());
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
            ObjectProvider<EscrowListener> listeners) {
        return Escrow.builder(store)
                .options(properties.toOptions())
                .listener(BatchListener.all(batchListeners.orderedStream().toList()))
                .listener(all(listeners))
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
        return new PeriodicTask("escrow-retention", properties.retention().checkInterval(), () -> {
            int purged;
            do {
                purged = store.purge(properties.retention().keep(), PURGE_BATCH);
            } while (purged == PURGE_BATCH);
        });
    }

    @Bean(initMethod = "start")
    @ConditionalOnMissingBean
    @ConditionalOnProperty(name = "patterns.escrow.expiry.enabled", matchIfMissing = true)
    ReservationExpiry reservationExpiry(
            DataSource dataSource,
            EscrowStore store,
            EscrowProperties properties,
            ObjectProvider<EscrowListener> listeners) {
        CustomizableThreadFactory threads = new CustomizableThreadFactory("escrow-expiry-");
        threads.setDaemon(true);
        return new ReservationExpiry(
                dataSource,
                store,
                properties.expiry().interval(),
                properties.expiry().batchSize(),
                properties.expiry().leaseTime(),
                all(listeners),
                threads);
    }
}
