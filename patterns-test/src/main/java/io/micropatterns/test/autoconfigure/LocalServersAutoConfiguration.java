package io.micropatterns.test.autoconfigure;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Starts PostgreSQL and Kafka inside the application when {@code patterns.local-servers.enabled} is {@code true}, each
 * of them only when no address is configured for it ({@code spring.datasource.url},
 * {@code spring.kafka.bootstrap-servers}) and nobody else contributes connection details. Both start in parallel, need
 * neither Docker nor anything installed, and stop after everything that uses them. Made for examples and demonstrations.
 */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration"
        })
@ConditionalOnBooleanProperty("patterns.local-servers.enabled")
@EnableConfigurationProperties(LocalServersProperties.class)
public final class LocalServersAutoConfiguration {

    /**
     * Asked for by the connection details, so that the first of them to be needed starts both servers.
     */
    @Bean
    LocalServers localServers(ObjectProvider<LocalServer<?>> servers) {
        return new LocalServers(servers.stream().toList());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JdbcConnectionDetails.class)
    @ConditionalOnMissingBean(JdbcConnectionDetails.class)
    @Conditional(OnMissingAddress.DataSource.class)
    static class PostgresConfiguration {

        @Bean
        LocalServer<PostgresServer> localPostgresServer(LocalServersProperties properties) {
            PostgresServer.Builder builder = PostgresServer.builder()
                    .embedded()
                    .durable(properties.postgres().durable())
                    .port(properties.postgres().port());
            Path directory = properties.dataDirectory();
            if (directory != null) {
                builder.dataDirectory(directory.resolve("postgres"));
            }
            return new LocalServer<>("local-postgres", builder::start);
        }

        @Bean
        JdbcConnectionDetails localPostgresConnectionDetails(
                LocalServers all, LocalServer<PostgresServer> localPostgresServer) {
            return new LocalPostgresConnectionDetails(localPostgresServer);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(KafkaConnectionDetails.class)
    @ConditionalOnMissingBean(KafkaConnectionDetails.class)
    @Conditional(OnMissingAddress.Kafka.class)
    static class KafkaConfiguration {

        @Bean
        LocalServer<KafkaServer> localKafkaServer(LocalServersProperties properties) {
            KafkaServer.Builder builder =
                    KafkaServer.builder().embedded().port(properties.kafka().port());
            Path directory = properties.dataDirectory();
            if (directory != null) {
                builder.dataDirectory(directory.resolve("kafka"));
            }
            return new LocalServer<>("local-kafka", builder::start);
        }

        @Bean
        KafkaConnectionDetails localKafkaConnectionDetails(
                LocalServers all, LocalServer<KafkaServer> localKafkaServer) {
            return new LocalKafkaConnectionDetails(localKafkaServer);
        }
    }

    /**
     * All servers that this application starts.
     */
    record LocalServers(List<LocalServer<?>> servers) {}
}
