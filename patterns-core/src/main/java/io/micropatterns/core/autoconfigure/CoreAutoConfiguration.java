package io.micropatterns.core.autoconfigure;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.payload.PayloadTypes;
import io.micropatterns.core.payload.Upcaster;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.core.trace.MicrometerTracePropagation;
import io.micropatterns.core.trace.TracePropagation;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.json.JsonMapper;

/** Auto-configuration of payloads, trace propagation and the shared tables. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration"
        })
@ConditionalOnProperty(name = "patterns.core.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CoreProperties.class)
public final class CoreAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    PayloadTypes payloadTypes(ObjectProvider<PayloadTypesCustomizer> customizers) {
        PayloadTypes.Builder builder = PayloadTypes.builder();
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    @Bean
    @ConditionalOnMissingBean
    PayloadSerializer payloadSerializer(
            ObjectProvider<JsonMapper> mapper, PayloadTypes types, ObjectProvider<Upcaster> upcasters) {
        return PayloadSerializer.jackson(
                mapper.getIfAvailable(JsonMapper::shared),
                types,
                upcasters.orderedStream().toList());
    }

    @Bean
    @ConditionalOnMissingBean
    TracePropagation noTracePropagation() {
        return TracePropagation.none();
    }

    /** Boot's own import of what orders beans after schemas goes away with {@code spring.sql.init.mode=never}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSingleCandidate(DataSource.class)
    @Import(DatabaseInitializationDependencyConfigurer.class)
    static class SchemaConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "coreSchemaInitializer")
        PatternSchemaInitializer coreSchemaInitializer(DataSource dataSource, CoreProperties properties) {
            return new PatternSchemaInitializer(
                    dataSource, PatternSchema.core(), properties.schema().initialize());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Tracer.class, Propagator.class})
    @ConditionalOnBean({Tracer.class, Propagator.class})
    static class MicrometerTracingConfiguration {

        @Bean
        @ConditionalOnMissingBean(TracePropagation.class)
        MicrometerTracePropagation tracePropagation(Tracer tracer, Propagator propagator) {
            return new MicrometerTracePropagation(tracer, propagator);
        }
    }
}
