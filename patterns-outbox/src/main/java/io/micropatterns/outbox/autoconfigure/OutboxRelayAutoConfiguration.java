package io.micropatterns.outbox.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.autoconfigure.PatternThreads;
import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.outbox.OutboxListener;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.SlotKeeper;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.observation.ObservedOutboxPublisher;
import io.micropatterns.outbox.observation.OutboxPublishConvention;
import io.micropatterns.outbox.relay.DeadLetterPolicy;
import io.micropatterns.outbox.relay.LeasedRelay;
import io.micropatterns.outbox.relay.RelayOptions;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/** Auto-configuration of the relay, whether it polls or streams. */
@AutoConfiguration(
        after = {OutboxPublisherAutoConfiguration.class, OutboxCdcAutoConfiguration.class},
        afterName = "io.micropatterns.core.autoconfigure.DeadLettersAutoConfiguration")
@Conditional(OnRelay.class)
@ConditionalOnBean(JdbcOutboxLog.class)
public final class OutboxRelayAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(OutboxRelay.class)
    LeasedRelay outboxRelay(
            DataSource dataSource,
            JdbcOutboxLog log,
            ObjectProvider<OutboxPublisher> publisher,
            ObjectProvider<DeadLetters> deadLetters,
            OutboxSignals signals,
            ObjectProvider<OutboxListener> listeners,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<OutboxPublishConvention> convention,
            ObjectProvider<ChangeSource> changes,
            ObjectProvider<SlotKeeper> slot,
            OutboxProperties properties,
            Environment environment) {
        OutboxPublisher observed = new ObservedOutboxPublisher(
                publisher.getIfAvailable(OutboxRelayAutoConfiguration::noPublisher),
                observations.getIfUnique(() -> ObservationRegistry.NOOP),
                convention.getIfUnique(OutboxPublishConvention::new));
        DeadLetters letters = deadLetters.getIfAvailable(OutboxRelayAutoConfiguration::noDeadLetters);
        LeasedRelay.Builder builder = LeasedRelay.builder(dataSource, log, observed, letters)
                .signals(signals)
                .listener(OutboxListener.all(listeners.orderedStream().toList()))
                .options(options(properties))
                .threadFactory(PatternThreads.factory("outbox-", environment));
        if (properties.relay() == OutboxProperties.RelayType.POLLING) {
            log.warnOfForgottenSlot();
        } else {
            builder.streaming(changes.getIfAvailable(OutboxRelayAutoConfiguration::noChangeSource), slot.getObject());
        }
        return builder.build();
    }

    private static ChangeSource noChangeSource() {
        throw new PatternConfigurationException(
                "The property patterns.outbox.relay is debezium, and Debezium is not on the class path.",
                "Add the dependency io.micropatterns:patterns-outbox-debezium, or set patterns.outbox.relay=wal, which"
                        + " streams the database's log without it.");
    }

    private static OutboxPublisher noPublisher() {
        throw new PatternConfigurationException(
                "The outbox has nowhere to publish to, so that events would be stored and wait for ever: there is no"
                        + " Kafka client, or Kafka's auto-configuration is switched off.",
                "Add org.springframework.boot:spring-boot-starter-kafka or an OutboxPublisher bean, deliver to listeners"
                        + " in this application with patterns.outbox.publisher=spring, or let this instance only store"
                        + " events with patterns.outbox.relay=none.");
    }

    private static DeadLetters noDeadLetters() {
        throw new PatternConfigurationException(
                "The outbox has no dead letters to put the events in that the stream rejects.",
                "Remove patterns.dead-letters.enabled=false, or let this instance only store events with"
                        + " patterns.outbox.relay=none.");
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
                polling.stepDownAfter(),
                new DeadLetterPolicy(letters.attempts(), letters.firstDelay(), letters.maxDelay(), letters.blockKey()));
    }
}
