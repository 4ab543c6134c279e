package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micropatterns.core.payload.Payload;
import io.micropatterns.core.payload.PayloadType;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Publishing in JDBC transactions: routes, batches, savepoints, and everything that is refused. */
class PublishingTests {

    private static TestCluster cluster;
    private static TestNode node;

    private String topic;

    @BeforeAll
    static void start() {
        cluster = new TestCluster();
        node = cluster.start(
                Routers.class,
                "test.tenant=acme",
                "patterns.outbox.max-payload-size=10KB",
                "patterns.outbox.routing.configured.topics=#{topic},#{topic + '-copy'}",
                "patterns.outbox.routing.configured.key='configured-' + id",
                "patterns.outbox.routing.configured.headers.source='configuration'",
                "patterns.outbox.routing.placed.topics=${test.tenant}-${spring.application.name}",
                "patterns.outbox.routing.Unnamed.topics=#{topic}");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void topicOfItsOwn() {
        topic = cluster.topic(UUID.randomUUID().toString());
    }

    @Test
    void whatIsRolledBackToASavepointIsNotPublished() {
        TransactionTemplate nested = node.transaction();
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        node.transaction().executeWithoutResult(status -> {
            node.outbox().publish(new Noted(topic, "k", "1"));
            nested.executeWithoutResult(savepoint -> {
                node.outbox().publish(new Noted(topic, "k", "2"));
                savepoint.setRollbackOnly();
            });
            node.outbox().publish(new Noted(topic, "k", "3"));
        });

        assertThat(texts(2)).containsExactly("1", "3");
    }

    @Test
    void eventsOfOneTransactionKeepTheirOrderWhicheverWayTheyArePublished() {
        node.transaction().executeWithoutResult(status -> {
            node.outbox().publish(new Noted(topic, "k", "1"));
            node.outbox()
                    .publishAll(List.of(
                            new Noted(topic, "k", "2"),
                            OutboxMessage.to(topic)
                                    .key("k")
                                    .type("t")
                                    .header("text", "3")
                                    .payload("x"),
                            new Noted(topic, "k", "4")));
            node.context().publishEvent(new Noted(topic, "k", "5"));
        });

        assertThat(texts(5)).containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void anApplicationsOwnMulticasterThreadsDoNotTakeEventsOutOfTheirTransaction() {
        node.transaction().executeWithoutResult(status -> node.context().publishEvent(new Noted(topic, "k", "1")));
        node.transaction().executeWithoutResult(status -> {
            node.context().publishEvent(new Noted(topic, "k", "rolled back"));
            status.setRollbackOnly();
        });
        node.transaction().executeWithoutResult(status -> node.context().publishEvent(new Noted(topic, "k", "2")));

        assertThat(texts(2)).containsExactly("1", "2");
    }

    @Test
    void aRoutedApplicationEventIsRefusedBecauseItCannotBeSerialised() {
        node.transaction()
                .executeWithoutResult(
                        status -> assertThatThrownBy(() -> node.context().publishEvent(new SpringEvent(this)))
                                .isInstanceOf(OutboxException.class)
                                .hasMessageContainingAll("SpringEvent", "ApplicationEvent", "plain object"));
    }

    @Test
    void publishingNothingAtAllDoesNothing() {
        node.outbox().publishAll(List.of());

        assertThat(stored()).isZero();
    }

    @Test
    void aMessageTravelsWithTheIdTypeAndHeadersItWasGiven() {
        UUID id = UUID.randomUUID();
        node.publish(OutboxMessage.to(topic)
                .id(id)
                .type("given")
                .header("a", "ä€")
                .payload(Payload.json("given", "{\"n\":1}")));

        ConsumerRecord<String, String> record = cluster.read(topic, 1).get(0);
        assertThat(record.key()).isNull();
        assertThat(record.value()).isEqualTo("{\"n\":1}");
        assertThat(StreamReader.header(record, OutboxHeaders.EVENT_ID)).isEqualTo(id.toString());
        assertThat(StreamReader.header(record, OutboxHeaders.EVENT_TYPE)).isEqualTo("given");
        assertThat(StreamReader.header(record, OutboxHeaders.CONTENT_TYPE)).startsWith("application/json");
        assertThat(StreamReader.header(record, "a")).isEqualTo("ä€");
        assertThat(record.timestamp()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {OutboxHeaders.EVENT_ID, OutboxHeaders.EVENT_TYPE, OutboxHeaders.REPLAYED})
    void theOutboxsOwnHeadersCannotBeGiven(String name) {
        OutboxMessage.Builder message = OutboxMessage.to(topic).header(name, "mine");
        assertThatThrownBy(() -> message.payload("x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
        assertThatThrownBy(() -> new OutboxRoute(topic, null, Map.of(name, "mine")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @Test
    void theContentTypeCanBeGiven() {
        node.publish(OutboxMessage.to(topic)
                .type("note")
                .header(OutboxHeaders.CONTENT_TYPE, "text/plain")
                .payload("x"));
        assertThat(StreamReader.header(cluster.read(topic, 1).get(0), OutboxHeaders.CONTENT_TYPE))
                .isEqualTo("text/plain");
    }

    @Test
    void expressionsThatYieldNullLeaveKeyAndHeadersOut() {
        node.publish(new Noted(topic, null, null));

        ConsumerRecord<String, String> record = cluster.read(topic, 1).get(0);
        assertThat(record.key()).isNull();
        assertThat(StreamReader.header(record, "text")).isNull();
    }

    @Test
    void configurationRoutesOneEventToSeveralTopicsAndWinsOverTheAnnotation() {
        node.publish(new Configured(topic, 7));

        ConsumerRecord<String, String> first = cluster.read(topic, 1).get(0);
        ConsumerRecord<String, String> copy = cluster.read(topic + "-copy", 1).get(0);
        assertThat(first.key()).isEqualTo("configured-7");
        assertThat(copy.key()).isEqualTo("configured-7");
        assertThat(StreamReader.header(first, "source")).isEqualTo("configuration");
        assertThat(StreamReader.header(copy, OutboxHeaders.EVENT_ID))
                .isEqualTo(StreamReader.header(first, OutboxHeaders.EVENT_ID));
    }

    @Test
    void configurationAloneMakesASpringEventLeave() {
        node.transaction().executeWithoutResult(status -> node.context().publishEvent(new Placed(3)));

        String placed = "acme-" + node.context().getEnvironment().getProperty("spring.application.name");
        assertThat(cluster.values(placed, 1)).containsExactly("{\"id\":3}");
    }

    @Test
    void aSpringEventWithoutARouteIsNobodysBusiness() {
        node.transaction().executeWithoutResult(status -> node.context().publishEvent(new Unrouted("x")));

        assertThat(jdbc().queryForObject("select count(*) from patterns_outbox where type = 'unrouted'", Long.class))
                .isZero();
    }

    @Test
    void configurationRoutesLogicalNamesAndNoClassNames() {
        node.transaction().executeWithoutResult(status -> node.context().publishEvent(new Unnamed(topic)));

        assertThat(stored()).isZero();
    }

    @Test
    void anEventWithoutALogicalNameIsRefusedUnlessItIsGivenOne() {
        node.transaction()
                .executeWithoutResult(status -> assertThatThrownBy(
                                () -> node.outbox().publish(new Unnamed(topic)))
                        .isInstanceOf(OutboxException.class)
                        .hasMessageContainingAll(
                                Unnamed.class.getName(), "@PayloadType(\"unnamed\")", "PayloadTypesCustomizer"));
        node.publish(OutboxMessage.to(topic).type("named").payload(new Unnamed("x")));
        node.publish(OutboxMessage.to(topic).payload("text"));

        List<ConsumerRecord<String, String>> records = cluster.read(topic, 2);
        assertThat(records)
                .extracting(record -> StreamReader.header(record, OutboxHeaders.EVENT_TYPE))
                .containsExactlyInAnyOrder("named", "string");
        assertThat(records).extracting(ConsumerRecord::value).containsExactlyInAnyOrder("{\"topic\":\"x\"}", "text");
    }

    @Test
    void aRouterBeanWinsOverConfigurationAndAnnotation() {
        node.publish(new Configured(topic, -1));

        ConsumerRecord<String, String> record = cluster.read(topic, 1).get(0);
        assertThat(record.key()).isEqualTo("by-router");
        assertThat(StreamReader.header(record, "router")).isEqualTo("yes");
    }

    @Test
    void anEventOutsideATransactionIsRefusedHoweverItIsPublished() {
        Noted event = new Noted(topic, "k", "1");

        assertThatThrownBy(() -> node.outbox().publish(event))
                .isInstanceOfSatisfying(
                        NoTransactionException.class,
                        e -> assertThat(e.eventType()).isEqualTo("noted"))
                .hasMessageContainingAll("@Transactional", "patterns.outbox.require-transaction");
        assertThatThrownBy(() -> node.outbox().publish(TestNode.text(topic, "k", "x")))
                .isInstanceOf(NoTransactionException.class);
        assertThatThrownBy(() -> node.outbox().publishAll(List.of(event))).isInstanceOf(NoTransactionException.class);
        assertThatThrownBy(() -> node.context().publishEvent(event)).isInstanceOf(NoTransactionException.class);
        assertThat(stored()).isZero();
    }

    @Test
    void aTransactionOfAnotherResourceIsNoTransactionOfTheOutbox() {
        TransactionTemplate foreign = new TransactionTemplate(new JdbcTransactionManager(cluster.dataSource()));

        assertThatThrownBy(() ->
                        foreign.executeWithoutResult(status -> node.outbox().publish(new Noted(topic, "k", "1"))))
                .isInstanceOf(NoTransactionException.class);
        assertThat(stored()).isZero();
    }

    @Test
    void aTransactionOfAnotherResourceIsNoneEvenWhenTheDatabaseHasBeenReadInIt() {
        TransactionTemplate foreign = new TransactionTemplate(new JdbcTransactionManager(cluster.dataSource()));

        assertThatThrownBy(() -> foreign.executeWithoutResult(status -> {
                    node.bean(JdbcTemplate.class).queryForObject("select 1", Integer.class);
                    node.outbox().publish(new Noted(topic, "k", "1"));
                }))
                .isInstanceOf(NoTransactionException.class);
        assertThat(stored()).isZero();
    }

    @Test
    void anUnserialisablePayloadIsRefusedAndTheTransactionGoesOn() {
        node.transaction().executeWithoutResult(status -> {
            node.outbox().publish(new Noted(topic, "k", "1"));
            assertThatThrownBy(() ->
                            node.outbox().publishAll(List.of(new Noted(topic, "k", "2"), new Unserialisable(topic))))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContainingAll(Unserialisable.class.getName(), "cannot be serialised", "no way")
                    .hasCauseInstanceOf(RuntimeException.class);
            node.outbox().publish(new Noted(topic, "k", "3"));
        });

        assertThat(texts(2)).containsExactly("1", "3");
    }

    @Test
    void aPayloadOverTheLimitIsRefusedWithItsSizeAndTheTransactionGoesOn() {
        node.transaction().executeWithoutResult(status -> {
            assertThatThrownBy(() -> node.outbox().publish(TestNode.text(topic, "k", "x".repeat(10_241))))
                    .isInstanceOfSatisfying(
                            PayloadTooLargeException.class,
                            e -> assertThat(e.size()).isEqualTo(10_241))
                    .hasMessageContainingAll("'text'", "10241", "10240", "patterns.outbox.max-payload-size");
            node.outbox().publish(TestNode.text(topic, "k", "y".repeat(10_240)));
        });

        assertThat(cluster.values(topic, 1)).containsExactly("y".repeat(10_240));
    }

    @Test
    void anEventWithoutARouteIsRefusedWithAllTheWaysToGiveItOne() {
        node.transaction()
                .executeWithoutResult(
                        status -> assertThatThrownBy(() -> node.outbox().publish(new Unrouted("x")))
                                .isInstanceOf(OutboxException.class)
                                .hasMessageContainingAll(
                                        "'unrouted'",
                                        "@OutboxEvent",
                                        "patterns.outbox.routing.unrouted.topics",
                                        "OutboxMessage.to"));
    }

    @Test
    void aBadExpressionIsRefusedWithItsTextAndTheEventsType() {
        node.transaction().executeWithoutResult(status -> {
            assertThatThrownBy(() -> node.outbox().publish(new NoSuchProperty(topic)))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContainingAll("'no-such-property'", "missing.id");
            assertThatThrownBy(() -> node.outbox().publish(new BadSyntax(topic)))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContainingAll("'bad-syntax'", "oops");
            assertThatThrownBy(() -> node.outbox().publish(new BadHeader(topic)))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContainingAll("name=expression", "no-equals-sign");
            assertThatThrownBy(() -> node.outbox().publish(new ReservedHeader(topic)))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContainingAll("'reserved-header'", "'event-id'");
            assertThatThrownBy(() -> node.outbox().publish(new Noted(null, "k", "1")))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContainingAll("'noted'", "topic");
            assertThatThrownBy(() -> node.outbox().publish(new BadPlaceholder(1)))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContainingAll("'bad-placeholder'", "no.such.property");
            node.outbox().publish(new Noted(topic, "k", "still usable"));
        });

        assertThat(texts(1)).containsExactly("still usable");
    }

    @Test
    void expressionsCanNeitherReachTypesNorWriteToTheEvent() {
        node.transaction()
                .executeWithoutResult(
                        status -> assertThatThrownBy(() -> node.outbox().publish(new Curious(topic)))
                                .isInstanceOf(OutboxException.class)
                                .hasMessageContaining("'curious'"));
    }

    private List<String> texts(int count) {
        return cluster.read(topic, count).stream()
                .map(record -> StreamReader.header(record, "text"))
                .toList();
    }

    private long stored() {
        Long stored = jdbc().queryForObject("select count(*) from patterns_outbox where topic = ?", Long.class, topic);
        return stored == null ? -1 : stored;
    }

    private static JdbcTemplate jdbc() {
        return node.bean(JdbcTemplate.class);
    }

    @PayloadType("configured")
    @OutboxEvent(topic = "never", key = "'annotated'")
    record Configured(String topic, int id) {}

    @PayloadType("placed")
    record Placed(int id) {}

    @PayloadType("unrouted")
    record Unrouted(String text) {}

    record Unnamed(String topic) {}

    @PayloadType("no-such-property")
    @OutboxEvent(topic = "#{topic}", key = "missing.id")
    record NoSuchProperty(String topic) {}

    @PayloadType("bad-syntax")
    @OutboxEvent(topic = "#{oops")
    record BadSyntax(String topic) {}

    @PayloadType("bad-header")
    @OutboxEvent(topic = "#{topic}", headers = "no-equals-sign")
    record BadHeader(String topic) {}

    @PayloadType("bad-placeholder")
    @OutboxEvent(topic = "${no.such.property}")
    record BadPlaceholder(int id) {}

    @PayloadType("spring-event")
    @OutboxEvent(topic = "any")
    static final class SpringEvent extends ApplicationEvent {

        private static final long serialVersionUID = 1L;

        SpringEvent(Object source) {
            super(source);
        }
    }

    @PayloadType("reserved-header")
    @OutboxEvent(topic = "#{topic}", headers = "event-id='mine'")
    record ReservedHeader(String topic) {}

    @PayloadType("curious")
    @OutboxEvent(topic = "#{topic}", key = "T(java.lang.Runtime).getRuntime()")
    record Curious(String topic) {}

    @PayloadType("unserialisable")
    @OutboxEvent(topic = "#{topic}")
    record Unserialisable(String topic) {
        public String getSecret() {
            throw new IllegalStateException("no way");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Routers {

        /** As many applications have it. */
        @Bean
        SimpleApplicationEventMulticaster applicationEventMulticaster() {
            SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();
            multicaster.setTaskExecutor(new SimpleAsyncTaskExecutor("event-"));
            return multicaster;
        }

        @Bean
        OutboxRouter negativeIds() {
            return event -> event instanceof Configured configured && configured.id() < 0
                    ? List.of(new OutboxRoute(configured.topic(), "by-router", Map.of("router", "yes")))
                    : List.of();
        }
    }
}
