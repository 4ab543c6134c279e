package io.micropatterns.escrow.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micropatterns.core.autoconfigure.PeriodicTask;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowMonitor;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration of the escrow's meters, health and endpoint. */
@AutoConfiguration(
        after = EscrowAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnBean(Escrow.class)
public final class EscrowActuatorAutoConfiguration {

    /** Of the one database, or of all shards. */
    private static List<ReservationExpiry> expiries(
            ObjectProvider<ReservationExpiry> expiry, ObjectProvider<EscrowShards> shards) {
        return Stream.concat(expiry.stream(), shards.stream().flatMap(all -> all.expiries().stream()))
                .toList();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(MeterRegistry.class)
    static class MetricsConfiguration {

        @Bean
        @ConditionalOnMissingBean
        EscrowMetrics escrowMetrics(MeterRegistry registry) {
            return new EscrowMetrics(registry);
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBean(EscrowMonitor.class)
        EscrowStockMeters escrowStockMeters(
                MeterRegistry registry, EscrowMonitor monitor, EscrowProperties properties) {
            return new EscrowStockMeters(registry, monitor, properties.meters().resources());
        }

        @Bean
        @ConditionalOnMissingBean(name = "escrowStockMetersTask")
        @ConditionalOnBean(EscrowStockMeters.class)
        PeriodicTask escrowStockMetersTask(EscrowStockMeters meters, EscrowProperties properties) {
            return new PeriodicTask("escrow-stock", properties.meters().interval(), meters::refresh);
        }

        @Bean
        @ConditionalOnMissingBean
        EscrowExpiryMeters escrowExpiryMeters(
                MeterRegistry registry, ObjectProvider<ReservationExpiry> expiry, ObjectProvider<EscrowShards> shards) {
            return new EscrowExpiryMeters(registry, expiries(expiry, shards));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    @ConditionalOnBean(EscrowMonitor.class)
    @ConditionalOnEnabledHealthIndicator("escrow")
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "escrowHealthIndicator")
        EscrowHealthIndicator escrowHealthIndicator(
                EscrowMonitor monitor,
                ObjectProvider<ReservationExpiry> expiry,
                ObjectProvider<EscrowShards> shards,
                ObjectProvider<EscrowStockMeters> meters,
                EscrowProperties properties) {
            EscrowStockMeters counting = meters.getIfAvailable();
            Duration limit =
                    properties.health().maxOverdue().plus(properties.expiry().interval());
            return new EscrowHealthIndicator(
                    monitor, expiries(expiry, shards), counting == null ? Optional::empty : counting::last, limit);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    @ConditionalOnBean(EscrowResources.class)
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint(endpoint = EscrowEndpoint.class)
        EscrowEndpoint escrowEndpoint(
                Escrow escrow,
                EscrowResources resources,
                ObjectProvider<ReservationExpiry> expiry,
                ObjectProvider<EscrowShards> shards) {
            return new EscrowEndpoint(escrow, resources, expiries(expiry, shards));
        }
    }
}
