package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.core.autoconfigure.CoreProperties;
import io.micropatterns.core.autoconfigure.PatternSchemaInitializer;
import io.micropatterns.core.autoconfigure.PatternThreads;
import io.micropatterns.core.autoconfigure.PeriodicTask;
import io.micropatterns.core.autoconfigure.TransactionManagers;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.payload.PayloadTypes;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.core.trace.TracePropagation;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxListener;
import io.micropatterns.outbox.OutboxMonitor;
import io.micropatterns.outbox.OutboxReplay;
import io.micropatterns.outbox.OutboxRouter;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.RouteResolver;
import io.micropatterns.outbox.RouteSpecification;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.jdbc.JdbcOutboxReplay;
import io.micropatterns.outbox.jdbc.JdbcOutboxStore;
import io.micropatterns.outbox.jdbc.OutboxRetention;
import io.micropatterns.outbox.jdbc.PendingEvents;
import io.micropatterns.outbox.jdbc.PostgresSignals;
import io.micropatterns.outbox.spring.OutboxEventListener;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Auto-configuration of storing events; {@link OutboxRelayAutoConfiguration} relays them. */
@AutoConfiguration(
        afterName = {
            "io.micropatterns.core.autoconfigure.CoreAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnProperty(name = "patterns.outbox.enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(DataSource.class)
@EnableConfigurationProperties({OutboxProperties.class, CoreProperties.class})
public final class OutboxAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "outboxSchemaInitializer")
    PatternSchemaInitializer outboxSchemaInitializer(DataSource dataSource, OutboxProperties properties) {
        PatternSchema schema = PatternSchema.of(
                "outbox",
                "patterns_outbox",
                "patterns_outbox_shard",
                "patterns_outbox_identity",
                "patterns_outbox_slot");
        return new PatternSchemaInitializer(
                dataSource, schema, properties.schema().initialize());
    }

    @Bean
    @ConditionalOnMissingBean
    RouteResolver outboxRoutes(
            OutboxProperties properties,
            PayloadTypes types,
            ObjectProvider<OutboxRouter> routers,
            Environment environment) {
        Map<String, RouteSpecification> configured = new HashMap<>();
        properties.routing().forEach((type, route) -> {
            configured.put(type, new RouteSpecification(route.topics(), route.key(), route.headers()));
        });
        return RouteResolver.of(
                configured, routers.orderedStream().toList(), types, environment::resolveRequiredPlaceholders);
    }

    @Bean
    @ConditionalOnMissingBean(OutboxStore.class)
    @ConditionalOnProperty(name = "patterns.outbox.storage", havingValue = "table", matchIfMissing = true)
    JdbcOutboxStore outboxStore(DataSource dataSource) {
        return new JdbcOutboxStore(dataSource);
    }

    @Bean
    @ConditionalOnMissingBean(OutboxMonitor.class)
    PendingEvents outboxMonitor(DataSource dataSource, CoreProperties core) {
        return new PendingEvents(dataSource, NetworkTimeout.of(core.networkTimeout()));
    }

    @Bean
    @ConditionalOnMissingBean(OutboxReplay.class)
    JdbcOutboxReplay outboxReplay(DataSource dataSource) {
        return new JdbcOutboxReplay(dataSource);
    }

    @Bean(initMethod = "start")
    @ConditionalOnMissingBean(OutboxSignals.class)
    @Conditional(OnPolling.class)
    PostgresSignals outboxSignals(DataSource dataSource, OutboxProperties properties, Environment environment) {
        boolean relays = properties.relay() != OutboxProperties.RelayType.NONE;
        return new PostgresSignals(
                dataSource, relays && properties.polling().listen(), PatternThreads.factory("outbox-", environment));
    }

    @Bean
    @DependsOnDatabaseInitialization
    @ConditionalOnMissingBean(JdbcOutboxLog.class)
    JdbcOutboxLog outboxLog(
            DataSource dataSource,
            ObjectProvider<PlatformTransactionManager> managers,
            OutboxProperties properties,
            CoreProperties core) {
        JdbcOutboxLog log = new JdbcOutboxLog(
                dataSource,
                Transactions.readCommitted(TransactionManagers.of(dataSource, managers)),
                NetworkTimeout.of(core.networkTimeout()));
        // Before anything is published: a shard that nobody knows would not be relayed.
        log.registerShards(properties.shards());
        log.warnOfAsynchronousCommits();
        return log;
    }

    @Bean
    OutboxLimits outboxLimits(OutboxMonitor monitor, OutboxProperties properties) {
        return new OutboxLimits(monitor, properties.limits());
    }

    @Bean
    PeriodicTask outboxLimitsTask(OutboxLimits limits, OutboxProperties properties) {
        return new PeriodicTask("outbox-limits", properties.limits().checkInterval(), limits::check);
    }

    @Bean
    @ConditionalOnMissingBean
    OutboxRetention outboxRetention(
            DataSource dataSource,
            ObjectProvider<PlatformTransactionManager> managers,
            OutboxProperties properties,
            CoreProperties core) {
        return new OutboxRetention(
                dataSource,
                Transactions.readCommitted(TransactionManagers.of(dataSource, managers)),
                properties.retention().keep(),
                properties.retention().partitionInterval(),
                NetworkTimeout.of(core.networkTimeout()));
    }

    @Bean
    @ConditionalOnProperty(name = "patterns.outbox.retention.enabled", matchIfMissing = true)
    PeriodicTask outboxRetentionTask(OutboxRetention retention, OutboxProperties properties) {
        return new PeriodicTask("outbox-retention", properties.retention().checkInterval(), retention::run);
    }

    @Bean
    @ConditionalOnMissingBean
    Outbox outbox(
            DataSource dataSource,
            OutboxStore store,
            PayloadSerializer serializer,
            RouteResolver routes,
            TracePropagation trace,
            OutboxSignals signals,
            OutboxLimits limits,
            JdbcOutboxLog registeredShards,
            ObjectProvider<OutboxListener> listeners,
            ObjectProvider<PlatformTransactionManager> managers,
            OutboxProperties properties) {
        TransactionTemplate own = properties.requireTransaction()
                ? null
                : new TransactionTemplate(TransactionManagers.of(dataSource, managers));
        return Outbox.builder(dataSource, store, serializer)
                .routes(routes)
                .trace(trace)
                .signals(signals)
                .listener(OutboxListener.all(listeners.orderedStream().toList()))
                .growthGuard(limits)
                .ownTransaction(own)
                .shards(properties.shards())
                .maxPayloadSize(properties.maxPayloadSize().toBytes())
                .build();
    }

    @Bean
    @ConditionalOnMissingBean
    OutboxEventListener outboxEventListener(Outbox outbox, RouteResolver routes) {
        return new OutboxEventListener(outbox, routes);
    }
}
