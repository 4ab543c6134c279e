package io.micropatterns.outbox.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import io.micropatterns.core.payload.UnknownPayloadTypeException;
import io.micropatterns.outbox.Noted;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.TestCluster;
import io.micropatterns.outbox.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** From the outbox to listeners in the same application. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpringDeliveryTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private TestCluster cluster;
    private TestNode node;
    private String topic;

    @BeforeAll
    void start() {
        cluster = new TestCluster();
        node = cluster.start(
                Listening.class,
                "patterns.outbox.publisher=spring",
                "patterns.outbox.dead-letters.attempts=2",
                "patterns.outbox.dead-letters.first-delay=50ms",
                "patterns.outbox.dead-letters.block-key=true");
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @BeforeEach
    void topicOfItsOwn() {
        topic = UUID.randomUUID().toString();
        node.bean(Listener.class).failing.set(false);
    }

    @Test
    void typedListenersGetTheirEventsInOrder() {
        assertThat(node.bean(OutboxPublisher.class)).isInstanceOf(SpringEventPublisher.class);
        node.publish(new Noted(topic, "k", "1"), new Noted(topic, "k", "2"));
        node.transaction().executeWithoutResult(status -> {
            node.context().publishEvent(new Noted(topic, "k", "rolled back"));
            status.setRollbackOnly();
        });
        node.publish(new Noted(topic, "k", "3"));

        await().atMost(PATIENCE).until(() -> texts().size() >= 3);
        assertThat(texts()).containsExactly("1", "2", "3");
        OutboxDelivery<Noted> first = node.bean(Listener.class).of(topic).get(0);
        assertThat(first.key()).isEqualTo("k");
        assertThat(first.headers()).containsEntry("text", "1");
        assertThat(first.id()).isNotNull();
    }

    @Test
    void whatAFailingListenerRefusedIsParkedAndDeliveredInOrderOnceItWorks() {
        node.bean(Listener.class).failing.set(true);
        node.publish(new Noted(topic, "k", "1"), new Noted(topic, "k", "2"));
        DeadLetter letter = await().atMost(PATIENCE)
                .until(
                        () -> node.lettersOf(topic),
                        letters -> letters.size() == 2 && letters.get(0).status() == DeadLetterStatus.DEAD)
                .get(0);
        assertThat(letter.causeMessage()).contains("not in the mood");
        assertThat(node.lettersOf(topic).get(1).status()).isEqualTo(DeadLetterStatus.WAITING);

        node.bean(Listener.class).failing.set(false);
        assertThat(node.deadLetters().retry(letter.id())).isTrue();
        await().atMost(PATIENCE).until(() -> node.lettersOf(topic).isEmpty());
        assertThat(texts()).containsExactly("1", "2");
    }

    @Test
    void anEventWhoseTypeNobodyRegisteredIsParked() {
        node.publish(io.micropatterns.outbox.OutboxMessage.to(topic)
                .type("unheard-of")
                .payload(io.micropatterns.core.payload.Payload.json("unheard-of", "{}")));

        DeadLetter letter = await().atMost(PATIENCE)
                .until(() -> node.lettersOf(topic), letters -> letters.size() == 1)
                .get(0);
        assertThat(letter.causeType()).isEqualTo(UnknownPayloadTypeException.class.getName());
        assertThat(letter.causeMessage()).contains("unheard-of");
    }

    private List<String> texts() {
        return node.bean(Listener.class).of(topic).stream()
                .map(delivery -> delivery.event().text())
                .toList();
    }

    static class Listener {

        final AtomicBoolean failing = new AtomicBoolean();
        private final List<OutboxDelivery<Noted>> heard = new CopyOnWriteArrayList<>();

        @EventListener
        void on(OutboxDelivery<Noted> delivery) {
            if (failing.get()) {
                throw new IllegalStateException("not in the mood");
            }
            heard.add(delivery);
        }

        List<OutboxDelivery<Noted>> of(String topic) {
            return heard.stream()
                    .filter(delivery -> delivery.topic().equals(topic))
                    .toList();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {

        @Bean
        Listener listener() {
            return new Listener();
        }
    }
}
