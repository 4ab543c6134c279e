package io.micropatterns.test.junit;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Registers connection details for the test's servers. Equal customizers let test classes share a context, so a
 * database of its own gives a test class a context of its own.
 *
 * @param database the test class's database, or {@code null} without {@link PostgresTest}
 * @param kafka whether to connect to Kafka
 */
record TestServersContextCustomizer(@Nullable TestDatabase database, boolean kafka) implements ContextCustomizer {

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        BeanDefinitionRegistry registry = (BeanDefinitionRegistry) context.getBeanFactory();
        if (database != null) {
            Jdbc.register(registry, database);
        }
        if (kafka) {
            Kafka.register(registry);
        }
    }

    // One class for each, so that an application may have one of the two Boot modules only.

    private static final class Jdbc {

        static void register(BeanDefinitionRegistry registry, TestDatabase database) {
            RootBeanDefinition definition = new RootBeanDefinition(JdbcConnectionDetails.class, () -> {
                database.create();
                PostgresServer server = PostgresServer.shared();
                return new PostgresConnectionDetails(
                        server.jdbcUrl(database.name()), server.username(), server.password());
            });
            registry.registerBeanDefinition("postgresTestConnectionDetails", definition);
        }
    }

    private static final class Kafka {

        static void register(BeanDefinitionRegistry registry) {
            RootBeanDefinition definition = new RootBeanDefinition(
                    KafkaConnectionDetails.class,
                    () -> new KafkaServerConnectionDetails(KafkaServer.shared().bootstrapServers()));
            registry.registerBeanDefinition("kafkaTestConnectionDetails", definition);
        }
    }
}
