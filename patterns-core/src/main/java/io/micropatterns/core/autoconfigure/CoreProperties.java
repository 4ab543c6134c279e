package io.micropatterns.core.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Properties of what every pattern shares.
 *
 * @param enabled Whether the shared beans are configured at all.
 * @param schema The shared tables.
 * @param networkTimeout The longest silence of the database that background work bears before it gives the connection up;
 *     1s to 24h.
 */
@ConfigurationProperties("patterns.core")
public record CoreProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue Schema schema,
        @DefaultValue("5m") Duration networkTimeout) {

    public CoreProperties {
        PropertyRange.require(
                "patterns.core.network-timeout", networkTimeout, Duration.ofSeconds(1), Duration.ofHours(24));
    }

    /**
     * How the shared tables come to be.
     *
     * @param initialize Whether to create the tables when they are missing: always, embedded (in-memory databases only) or never.
     */
    public record Schema(@DefaultValue("always") DatabaseInitializationMode initialize) {}
}
