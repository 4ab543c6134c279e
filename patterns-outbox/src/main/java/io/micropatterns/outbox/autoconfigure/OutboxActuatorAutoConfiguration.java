package io.micropatterns.outbox.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.core.autoconfigure.PeriodicTask;
import io.micropatterns.outbox.OutboxMonitor;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxReplay;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.jdbc.JdbcSlotKeeper;
import io.micropatterns.outbox.jdbc.SlotWatch;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration of the outbox's meters, health and endpoint. */
@AutoConfiguration(
        after = {OutboxRelayAutoConfiguration.class, OutboxCdcAutoConfiguration.class},
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnBean(OutboxMonitor.class)
public final class OutboxActuatorAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class MetricsConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OutboxMetrics outboxMetrics(MeterRegistry registry, OutboxMonitor monitor, ObjectProvider<Clock> clock) {
            return new OutboxMetrics(registry, monitor, clock.getIfUnique(Clock::systemUTC));
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBean({OutboxRelay.class, JdbcOutboxLog.class})
        OutboxShardMeters outboxShardMeters(MeterRegistry registry, OutboxRelay relay, JdbcOutboxLog log) {
            return new OutboxShardMeters(registry, relay, log);
        }

        @Bean
        @ConditionalOnBean(OutboxShardMeters.class)
        PeriodicTask outboxShardMetersTask(OutboxShardMeters meters, OutboxProperties properties) {
            return new PeriodicTask("outbox-shards", properties.limits().checkInterval(), meters::refresh);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean({MeterRegistry.class, SlotWatch.class})
    static class CdcMetricsConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OutboxCdcMeters outboxCdcMeters(MeterRegistry registry, ObjectProvider<OutboxRelay> relay, SlotWatch watch) {
            return new OutboxCdcMeters(registry, relay.getIfAvailable(), watch);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    @ConditionalOnBean(OutboxRelay.class)
    @ConditionalOnEnabledHealthIndicator("outbox")
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "outboxHealthIndicator")
        OutboxHealthIndicator outboxHealthIndicator(
                OutboxRelay relay,
                OutboxMonitor monitor,
                OutboxLimits limits,
                ObjectProvider<SlotWatch> slot,
                OutboxProperties properties) {
            SlotWatch watch = slot.getIfAvailable();
            return new OutboxHealthIndicator(
                    relay,
                    monitor,
                    limits,
                    watch == null ? null : new OutboxCdcHealth(relay, watch),
                    properties.polling().leaseTimeToLive());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint(endpoint = OutboxEndpoint.class)
        OutboxEndpoint outboxEndpoint(
                OutboxMonitor monitor,
                OutboxReplay replay,
                ObjectProvider<OutboxRelay> relay,
                ObjectProvider<SlotWatch> slot,
                ObjectProvider<JdbcSlotKeeper> slotKeeper) {
            return new OutboxEndpoint(monitor, replay, relay, slot, slotKeeper);
        }
    }
}
