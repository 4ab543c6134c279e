package io.micropatterns.outbox;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micropatterns.core.autoconfigure.PayloadTypesCustomizer;
import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterQuery;
import io.micropatterns.core.deadletter.DeadLetters;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** One running instance of an application. */
public record TestNode(ConfigurableApplicationContext context) implements AutoCloseable {

    public Outbox outbox() {
        return bean(Outbox.class);
    }

    public OutboxRelay relay() {
        return bean(OutboxRelay.class);
    }

    public DeadLetters deadLetters() {
        return bean(DeadLetters.class);
    }

    public OutboxMonitor monitor() {
        return bean(OutboxMonitor.class);
    }

    public TransactionTemplate transaction() {
        return new TransactionTemplate(bean(PlatformTransactionManager.class));
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** Publishes in one transaction. */
    public void publish(Object... events) {
        transaction().executeWithoutResult(status -> outbox().publishAll(List.of(events)));
    }

    /** Blocks until its shards, all of which it has, have taken notice. */
    public void pause() {
        relay().pause();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !relay().shards().isEmpty()
                        && relay().shards().stream().allMatch(shard -> shard.state() == ShardStatus.State.PAUSED));
    }

    /** A plain record whose value is this text. */
    public static OutboxMessage text(String topic, String key, String text) {
        return OutboxMessage.to(topic).key(key).type("text").payload(text);
    }

    /** The dead letters of a topic, in their order. */
    public List<DeadLetter> lettersOf(String topic) {
        return deadLetters().list(DeadLetterQuery.all().withDestination(topic)).stream()
                .sorted(Comparator.comparingLong(DeadLetter::sequence))
                .toList();
    }

    @Override
    public void close() {
        context.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        SimpleMeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }

        @Bean
        PayloadTypesCustomizer types() {
            return types -> types.register(Noted.class);
        }
    }
}
