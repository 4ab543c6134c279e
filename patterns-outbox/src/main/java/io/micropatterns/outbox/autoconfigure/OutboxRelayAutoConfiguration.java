package io.micropatterns.outbox.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.outbox.OutboxListener;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.observation.ObservedOutboxPublisher;
import io.micropatterns.outbox.observation.OutboxPublishConvention;
import io.micropatterns.outbox.relay.DeadLetterPolicy;
import io.micropatterns.outbox.relay.PollingRelay;
import io.micropatterns.outbox.relay.RelayOptions;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Auto-configuration of the polling relay, where there is a publisher for it to feed. */
@AutoConfiguration(
        after = OutboxPublisherAutoConfiguration.class,
        afterName = "io.micropatterns.core.autoconfigure.DeadLettersAutoConfiguration")
@ConditionalOnProperty(name = "patterns.outbox.relay", havingValue = "polling", matchIfMissing = true)
@ConditionalOnBean({JdbcOutboxLog.class, OutboxPublisher.class, DeadLetters.class})
public final class OutboxRelayAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(OutboxRelay.class)
    PollingRelay outboxRelay(
            DataSource dataSource,
            JdbcOutboxLog log,
            OutboxPublisher publisher,
            DeadLetters deadLetters,
            OutboxSignals signals,
            ObjectProvider<OutboxListener> listeners,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<OutboxPublishConvention> convention,
            OutboxProperties properties,
            Environment environment) {
        OutboxPublisher observed = new ObservedOutboxPublisher(
                publisher,
                observations.getIfUnique(() -> ObservationRegistry.NOOP),
                convention.getIfUnique(OutboxPublishConvention::new));
        return PollingRelay.builder(dataSource, log, observed, deadLetters)
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
                new DeadLetterPolicy(letters.attempts(), letters.firstDelay(), letters.maxDelay(), letters.blockKey()));
    }
}
