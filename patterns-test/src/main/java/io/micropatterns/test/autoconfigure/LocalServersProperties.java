package io.micropatterns.test.autoconfigure;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * PostgreSQL and Kafka that start and stop with the application.
 *
 * @param enabled Whether to start PostgreSQL when spring.datasource.url is not set, and Kafka when
 * spring.kafka.bootstrap-servers is not set.
 * @param dataDirectory Directory that keeps the data of both for the next start; without it, the data goes when the
 * application stops.
 * @param postgres the database
 * @param kafka the broker
 */
@ConfigurationProperties("patterns.local-servers")
public record LocalServersProperties(
        @DefaultValue("false") boolean enabled,
        @Nullable Path dataDirectory,
        @DefaultValue Postgres postgres,
        @DefaultValue Kafka kafka) {

    /**
     * The database.
     *
     * @param durable Whether commits are flushed to disk.
     * @param port Port of the database, 0 for a free one.
     */
    public record Postgres(
            @DefaultValue("true") boolean durable,
            @DefaultValue("0") int port) {

        /**
         * Checks the values.
         */
        public Postgres {
            checkPort("patterns.local-servers.postgres.port", port);
        }
    }

    /**
     * The broker.
     *
     * @param port Port of the broker, 0 for a free one.
     */
    public record Kafka(@DefaultValue("0") int port) {

        /**
         * Checks the values.
         */
        public Kafka {
            checkPort("patterns.local-servers.kafka.port", port);
        }
    }

    private static void checkPort(String key, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(key + " must be between 0 and 65535, but is " + port);
        }
    }
}
