package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.batch.BatchListener;
import io.micropatterns.core.autoconfigure.CoreProperties;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.autoconfigure.PatternSchemaInitializer;
import io.micropatterns.core.autoconfigure.PeriodicTask;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.EscrowMonitor;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.ReservationEvents;
import io.micropatterns.escrow.jdbc.JdbcEscrowMonitor;
import io.micropatterns.escrow.jdbc.JdbcEscrowResources;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Auto-configuration of the escrow where resources are divided among several databases: {@code patterns.escrow.shards}. */
@AutoConfiguration(
        before = EscrowAutoConfiguration.class,
        afterName = {
            "io.micropatterns.core.autoconfigure.CoreAutoConfiguration",
            "io.micropatterns.batch.autoconfigure.BatchAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"
        })
@ConditionalOnProperty(name = "patterns.escrow.enabled", matchIfMissing = true)
@Conditional(OnShards.class)
@EnableConfigurationProperties({EscrowProperties.class, CoreProperties.class})
public final class EscrowShardsAutoConfiguration {

    @Bean(initMethod = "start")
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    EscrowShards escrowShards(
            ListableBeanFactory beans,
            EscrowProperties properties,
            CoreProperties core,
            ObjectProvider<BatchListener> batchListeners,
            ObjectProvider<EscrowListener> listeners,
            ObjectProvider<EscrowMetrics> metrics,
            ObjectProvider<ReservationEvents> events,
            Environment environment) {
        refuseEvents(properties, events);
        // Those, too, that are no candidates for injection, as all but one often are.
        Map<String, DataSource> dataSources = beans.getBeansOfType(DataSource.class);
        SortedMap<Integer, EscrowShard> shards = new TreeMap<>();
        properties.shards().forEach((number, name) -> {
            DataSource dataSource = dataSource(number, name, dataSources);
            createTables(dataSource, properties, core);
            shards.put(
                    number,
                    shard(number, dataSource, properties, core, batchListeners, listeners, metrics, environment));
        });
        return new EscrowShards(shards, properties.expiry().enabled());
    }

    private static void refuseEvents(EscrowProperties properties, ObjectProvider<ReservationEvents> events) {
        if (properties.events().enabled() || events.stream().findAny().isPresent()) {
            throw new PatternConfigurationException(
                    "Events of reservations are to be published, and patterns.escrow.shards names several databases; they"
                            + " can only be stored in one, not in the transactions of all.",
                    "Remove patterns.escrow.events.enabled and the bean of type ReservationEvents, or patterns.escrow.shards.");
        }
    }

    private static DataSource dataSource(int number, String name, Map<String, DataSource> dataSources) {
        DataSource dataSource = dataSources.get(name);
        if (dataSource == null) {
            throw new PatternConfigurationException(
                    "The property patterns.escrow.shards." + number + " is '" + name
                            + "', but no data source has this bean name; there are " + dataSources.keySet() + ".",
                    "Declare a bean of type DataSource with this name, or correct the property.");
        }
        return dataSource;
    }

    private static void createTables(DataSource dataSource, EscrowProperties properties, CoreProperties core) {
        new PatternSchemaInitializer(
                        dataSource, PatternSchema.core(), core.schema().initialize())
                .initializeDatabase();
        new PatternSchemaInitializer(
                        dataSource, EscrowBeans.schema(), properties.schema().initialize())
                .initializeDatabase();
    }

    private static EscrowShard shard(
            int number,
            DataSource dataSource,
            EscrowProperties properties,
            CoreProperties core,
            ObjectProvider<BatchListener> batchListeners,
            ObjectProvider<EscrowListener> listeners,
            ObjectProvider<EscrowMetrics> metrics,
            Environment environment) {
        EscrowListener listener = EscrowBeans.all(listeners);
        NetworkTimeout timeout = NetworkTimeout.of(core.networkTimeout());
        JdbcEscrowStore store = new JdbcEscrowStore(dataSource, EscrowBeans.instance(properties), timeout)
                .lockTimeout(properties.lockTimeout())
                .telling(listener);
        return new EscrowShard(
                EscrowBeans.escrow(store, properties, batchListeners, listeners, metrics)
                        .shard(number)
                        .build(),
                store,
                new JdbcEscrowResources(dataSource, Transactions.readCommitted(new JdbcTransactionManager(dataSource))),
                new JdbcEscrowMonitor(dataSource, timeout),
                EscrowBeans.expiry(dataSource, store, properties, listener, environment));
    }

    @Bean
    @ConditionalOnMissingBean
    Escrow escrow(EscrowShards shards) {
        return Escrow.sharded(shards.each(EscrowShard::escrow));
    }

    @Bean
    @ConditionalOnMissingBean
    EscrowResources escrowResources(EscrowShards shards) {
        return EscrowResources.sharded(shards.each(EscrowShard::resources));
    }

    @Bean
    @ConditionalOnMissingBean
    EscrowMonitor escrowMonitor(EscrowShards shards) {
        return EscrowMonitor.sharded(shards.each(EscrowShard::monitor).values());
    }

    @Bean
    @ConditionalOnMissingBean(name = "escrowRetentionTask")
    @ConditionalOnProperty(name = "patterns.escrow.retention.enabled", matchIfMissing = true)
    PeriodicTask escrowRetentionTask(EscrowShards shards, EscrowProperties properties) {
        return EscrowBeans.retention(shards.stores(), properties);
    }
}
