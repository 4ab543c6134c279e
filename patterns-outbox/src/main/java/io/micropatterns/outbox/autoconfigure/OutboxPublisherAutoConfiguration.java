package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.kafka.KafkaOutboxPublisher;
import io.micropatterns.outbox.spring.SpringEventPublisher;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/** Auto-configuration of the publisher: Kafka, or listeners in this application. */
@AutoConfiguration(
        after = OutboxAutoConfiguration.class,
        afterName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@ConditionalOnBean(JdbcOutboxLog.class)
public final class OutboxPublisherAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({KafkaProducer.class, ProducerFactory.class})
    @ConditionalOnProperty(name = "patterns.outbox.publisher", havingValue = "kafka", matchIfMissing = true)
    static class KafkaConfiguration {

        @Bean
        @ConditionalOnMissingBean(OutboxPublisher.class)
        @ConditionalOnBean({ProducerFactory.class, ConsumerFactory.class, KafkaAdmin.class})
        KafkaOutboxPublisher outboxPublisher(
                JdbcOutboxLog log,
                ObjectProvider<ProducerFactory<?, ?>> producers,
                ObjectProvider<ConsumerFactory<?, ?>> consumers,
                ObjectProvider<KafkaAdmin> admin,
                OutboxProperties properties,
                Environment environment) {
            KafkaOutboxPublisher.Builder builder = KafkaOutboxPublisher.builder(
                            log.identity(properties.nameOr(environment)))
                    .clients(
                            only(ProducerFactory.class, producers).getConfigurationProperties(),
                            only(ConsumerFactory.class, consumers).getConfigurationProperties(),
                            only(KafkaAdmin.class, admin).getConfigurationProperties())
                    .exactlyOnce(properties.kafka().exactlyOnce())
                    .progressPartitions(Math.max(16, properties.shards()));
            if (properties.kafka().progressTopic() != null) {
                builder.progressTopic(properties.kafka().progressTopic());
            }
            return builder.build();
        }

        private static <T> T only(Class<?> type, ObjectProvider<T> beans) {
            T found = beans.getIfUnique();
            if (found == null) {
                throw new PatternConfigurationException(
                        "The outbox cannot tell which " + type.getSimpleName()
                                + " has the connection to publish by: there are several, and none is primary.",
                        "Mark one of them @Primary, or define the OutboxPublisher bean yourself"
                                + " (KafkaOutboxPublisher.builder).");
            }
            return found;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "patterns.outbox.publisher", havingValue = "spring")
    static class SpringConfiguration {

        @Bean
        @ConditionalOnMissingBean(OutboxPublisher.class)
        SpringEventPublisher outboxPublisher(ApplicationEventPublisher events, PayloadSerializer serializer) {
            return new SpringEventPublisher(events, serializer);
        }
    }
}
