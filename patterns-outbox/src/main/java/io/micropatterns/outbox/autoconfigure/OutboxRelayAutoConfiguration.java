package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.outbox.OutboxListener;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.kafka.KafkaOutboxPublisher;
import io.micropatterns.outbox.relay.DeadLetterPolicy;
import io.micropatterns.outbox.relay.PollingRelay;
import io.micropatterns.outbox.relay.RelayOptions;
import io.micropatterns.outbox.spring.SpringEventPublisher;
import javax.sql.DataSource;
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

/** Auto-configuration of the publisher and of the relay that feeds it. */
@AutoConfiguration(
        after = OutboxAutoConfiguration.class,
        afterName = {
            "io.micropatterns.core.autoconfigure.DeadLettersAutoConfiguration",
            "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration"
        })
@ConditionalOnBean(JdbcOutboxLog.class)
public final class OutboxRelayAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({KafkaProducer.class, ProducerFactory.class})
    @ConditionalOnProperty(name = "patterns.outbox.publisher", havingValue = "kafka", matchIfMissing = true)
    static class KafkaConfiguration {

        @Bean
        @ConditionalOnMissingBean(OutboxPublisher.class)
        @ConditionalOnBean({ProducerFactory.class, ConsumerFactory.class, KafkaAdmin.class})
        KafkaOutboxPublisher outboxPublisher(
                JdbcOutboxLog log,
                ProducerFactory<?, ?> producers,
                ConsumerFactory<?, ?> consumers,
                KafkaAdmin admin,
                OutboxProperties properties,
                Environment environment) {
            String name = properties.name() != null
                    ? properties.name()
                    : environment.getProperty("spring.application.name", "outbox");
            KafkaOutboxPublisher.Builder builder = KafkaOutboxPublisher.builder(name, log.identity())
                    .clients(
                            producers.getConfigurationProperties(),
                            consumers.getConfigurationProperties(),
                            admin.getConfigurationProperties())
                    .exactlyOnce(properties.kafka().exactlyOnce())
                    .progressPartitions(Math.max(16, properties.shards()));
            if (properties.kafka().progressTopic() != null) {
                builder.progressTopic(properties.kafka().progressTopic());
            }
            return builder.build();
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

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "patterns.outbox.relay", havingValue = "polling", matchIfMissing = true)
    @ConditionalOnBean(OutboxPublisher.class)
    static class PollingConfiguration {

        @Bean
        @ConditionalOnMissingBean(OutboxRelay.class)
        PollingRelay outboxRelay(
                DataSource dataSource,
                JdbcOutboxLog log,
                OutboxPublisher publisher,
                DeadLetters deadLetters,
                OutboxSignals signals,
                ObjectProvider<OutboxListener> listeners,
                OutboxProperties properties,
                Environment environment) {
            return PollingRelay.builder(dataSource, log, publisher, deadLetters)
                    .signals(signals)
                    .listener(OutboxListener.all(listeners.orderedStream().toList()))
                    .options(options(properties))
                    .threadFactory(RelayThreads.factory(environment))
                    .build();
        }

        @Bean
        OutboxRelayLifecycle outboxRelayLifecycle(OutboxRelay relay) {
            return new OutboxRelayLifecycle(relay);
        }

        private static RelayOptions options(OutboxProperties properties) {
            OutboxProperties.Polling polling = properties.polling();
            OutboxProperties.DeadLetters letters = properties.deadLetters();
            return new RelayOptions(
                    polling.pageSize(),
                    polling.pageBytes().toBytes(),
                    polling.interval(),
                    polling.leaseTimeToLive(),
                    polling.progressInterval(),
                    new DeadLetterPolicy(
                            letters.attempts(), letters.firstDelay(), letters.maxDelay(), letters.blockKey()));
        }
    }
}
