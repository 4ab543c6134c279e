package io.micropatterns.outbox.debezium.autoconfigure;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the relay on Debezium.
 *
 * @param properties Further properties of Debezium's engine and connector, by their own names. Those that the outbox's guarantees depend on are refused.
 */
@ConfigurationProperties("patterns.outbox.debezium")
public record DebeziumOutboxProperties(Map<String, String> properties) {

    public DebeziumOutboxProperties(@Nullable Map<String, String> properties) {
        this.properties = properties == null ? Map.of() : Map.copyOf(properties);
    }
}
