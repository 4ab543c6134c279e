package io.micropatterns.outbox.debezium.autoconfigure;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.debezium.DebeziumChangeSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of reading the outbox's changes with Debezium. */
@AutoConfiguration(
        afterName = "io.micropatterns.outbox.autoconfigure.OutboxAutoConfiguration",
        beforeName = "io.micropatterns.outbox.autoconfigure.OutboxRelayAutoConfiguration")
@ConditionalOnProperty(name = "patterns.outbox.relay", havingValue = "debezium")
@EnableConfigurationProperties(DebeziumOutboxProperties.class)
public final class DebeziumOutboxAutoConfiguration {

    private static final String PREFIX = "patterns.outbox.debezium.properties.";

    @Bean
    @ConditionalOnBean(ReplicationAddress.class)
    @ConditionalOnMissingBean(ChangeSource.class)
    DebeziumChangeSource outboxChangeSource(ReplicationAddress address, DebeziumOutboxProperties properties) {
        properties.properties().keySet().stream()
                .filter(DebeziumChangeSource::isReserved)
                .sorted()
                .findFirst()
                .ifPresent(DebeziumOutboxAutoConfiguration::refuse);
        return new DebeziumChangeSource(address, properties.properties());
    }

    private static void refuse(String property) {
        throw new PatternConfigurationException(
                "Property " + PREFIX + property
                        + " is set, which the outbox sets itself: what it guarantees depends on it.",
                "Remove " + PREFIX + property + ".");
    }
}
