package io.micropatterns.core.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Properties of what every pattern shares.
 *
 * @param enabled Whether the shared beans are configured at all.
 * @param schema The shared tables.
 */
@ConfigurationProperties("patterns.core")
public record CoreProperties(
        @DefaultValue("true") boolean enabled, @DefaultValue Schema schema) {

    /**
     * How the shared tables come to be.
     *
     * @param initialize Whether to create the tables when they are missing: always, embedded (in-memory databases only) or never.
     */
    public record Schema(@DefaultValue("always") DatabaseInitializationMode initialize) {}
}
