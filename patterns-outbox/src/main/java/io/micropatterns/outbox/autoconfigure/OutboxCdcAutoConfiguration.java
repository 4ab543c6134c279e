package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.core.autoconfigure.CoreProperties;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.autoconfigure.PatternThreads;
import io.micropatterns.core.autoconfigure.PeriodicTask;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.outbox.OutboxStore;
import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.jdbc.JdbcOutboxStore;
import io.micropatterns.outbox.jdbc.JdbcSlotKeeper;
import io.micropatterns.outbox.jdbc.LogOutboxStore;
import io.micropatterns.outbox.jdbc.SlotNames;
import io.micropatterns.outbox.jdbc.SlotWatch;
import io.micropatterns.outbox.wal.WalChangeSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/** Auto-configuration of what it takes to stream the database's log, or to store events in it. */
@AutoConfiguration(after = OutboxAutoConfiguration.class)
@Conditional(OnStreaming.class)
@ConditionalOnBean(JdbcOutboxLog.class)
public final class OutboxCdcAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ReplicationSlot outboxSlot(JdbcOutboxLog log, OutboxProperties properties, Environment environment) {
        OutboxProperties.Cdc cdc = properties.cdc();
        return SlotNames.of(log.identity(properties.nameOr(environment)), cdc.slot(), cdc.publication());
    }

    @Bean
    @ConditionalOnMissingBean
    JdbcSlotKeeper outboxSlotKeeper(
            DataSource dataSource, ReplicationSlot slot, OutboxProperties properties, CoreProperties core) {
        return new JdbcSlotKeeper(
                dataSource, slot, properties.cdc().create(), NetworkTimeout.of(core.networkTimeout()));
    }

    @Bean
    @ConditionalOnMissingBean
    SlotWatch outboxSlotWatch(
            DataSource dataSource,
            JdbcSlotKeeper keeper,
            ReplicationSlot slot,
            OutboxProperties properties,
            CoreProperties core) {
        return new SlotWatch(
                dataSource,
                keeper,
                slot.name(),
                properties.cdc().warnRetained().toBytes(),
                properties.cdc().maxRetained().toBytes(),
                NetworkTimeout.of(core.networkTimeout()));
    }

    @Bean
    PeriodicTask outboxSlotWatchTask(SlotWatch watch, OutboxProperties properties) {
        return new PeriodicTask("outbox-slot", properties.cdc().checkInterval(), watch::run);
    }

    @Bean
    @ConditionalOnMissingBean(OutboxStore.class)
    @ConditionalOnProperty(name = "patterns.outbox.storage", havingValue = "wal")
    LogOutboxStore outboxStore(DataSource dataSource, ReplicationSlot slot, JdbcSlotKeeper keeper, SlotWatch watch) {
        // Before anything is published: the relay must know that the table is not all there is, and where the log
        // begins.
        keeper.registerMessages();
        keeper.mark("store");
        return new LogOutboxStore(dataSource, slot, new JdbcOutboxStore(dataSource), watch::isFull);
    }

    /** The log tells the relay of commits. */
    @Bean
    @ConditionalOnMissingBean
    OutboxSignals outboxSignals() {
        return OutboxSignals.none();
    }

    @Bean
    @ConditionalOnMissingBean
    @Conditional(OnRelay.class)
    ReplicationAddress outboxReplicationAddress(
            ObjectProvider<JdbcConnectionDetails> connection, OutboxProperties properties) {
        OutboxProperties.Cdc cdc = properties.cdc();
        JdbcConnectionDetails details = connection.getIfUnique();
        String url = cdc.url() != null ? cdc.url() : details == null ? null : details.getJdbcUrl();
        if (url == null) {
            throw new PatternConfigurationException(
                    "The outbox cannot tell where to open a replication connection, for the data source is not one that"
                            + " Spring Boot has configured.",
                    "Set patterns.outbox.cdc.url, patterns.outbox.cdc.username and patterns.outbox.cdc.password.");
        }
        return new ReplicationAddress(
                url,
                cdc.username() != null || details == null ? cdc.username() : details.getUsername(),
                cdc.password() != null || details == null ? cdc.password() : details.getPassword());
    }

    @Bean
    @ConditionalOnMissingBean(ChangeSource.class)
    @ConditionalOnProperty(name = "patterns.outbox.relay", havingValue = "wal")
    WalChangeSource outboxChangeSource(ReplicationAddress address, Environment environment) {
        return new WalChangeSource(address, PatternThreads.factory("outbox-", environment));
    }
}
