package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ReplicationSlot;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** Events by the database's log, and how it and the table take turns. */
class StreamingTests {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final TestCluster cluster = new TestCluster();
    private final String topic = cluster.topic("numbers");

    @AfterEach
    void close() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "wal"})
    void whatIsCommittedComesInTheOrderOfCommits(String storage) {
        TestNode node = start("patterns.outbox.storage=" + storage);
        awaitStreaming(node);
        publish(node, 0, 20);

        assertThat(cluster.values(topic, 20)).containsExactlyElementsOf(texts(0, 20));
        assertThat(rows()).isEqualTo(storage.equals("table") ? 20 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "wal"})
    void manyTransactionsOfOthersBetweenTwoEventsDoNotEndTheStream(String storage) {
        TestNode node = start("patterns.outbox.storage=" + storage);
        awaitStreaming(node);
        publish(node, 0, 1);
        node.relay().pause();
        for (int i = 1; i < 4; i++) {
            useTransactionIds(25_000);
            publish(node, i, i + 1);
        }
        node.relay().resume();
        assertThat(cluster.values(topic, 4)).containsExactlyElementsOf(texts(0, 4));
        assertThat(rows()).isEqualTo(storage.equals("table") ? 4 : 0);
        awaitStreaming(node);
    }

    private void useTransactionIds(int count) {
        cluster.jdbc()
                .execute("do $$ begin for i in 1.." + count
                        + " loop perform pg_current_xact_id(); commit; end loop; end $$");
    }

    /** PostgreSQL decides by row, as the publication was when the row was inserted. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void whatThePublicationLeftOutOfATransactionIsFound(int before) {
        TestNode node = start("patterns.outbox.cdc.create=false", "patterns.outbox.cdc.slot=audit_" + before);
        createPublicationAndSlot("audit_" + before);
        awaitStreaming(node);
        node.transaction().executeWithoutResult(status -> {
            node.outbox().publishAll(messages(0, before));
            cluster.jdbc().execute("drop publication audit_" + before);
            node.outbox().publishAll(messages(before, before + 2));
            createPublication("audit_" + before);
            node.outbox().publishAll(messages(before + 2, before + 3));
        });
        publish(node, before + 3, before + 4);
        awaitStreaming(node);
        publish(node, before + 4, before + 5);

        assertThat(cluster.values(topic, before + 5)).containsExactlyInAnyOrderElementsOf(texts(0, before + 5));
    }

    @Test
    void beforeThereIsASlotTablelessEventsArePolledWhichIsNoFailureUntilASlotIsLost() {
        TestNode node = start(
                "patterns.outbox.storage=wal", "patterns.outbox.cdc.create=false", "patterns.outbox.cdc.slot=first");
        publish(node, 0, 3);
        assertThat(cluster.values(topic, 3)).containsExactlyElementsOf(texts(0, 3));
        assertThat(rows()).isEqualTo(3);
        awaitHealth(node, Status.UP, "'first' is missing");

        createPublicationAndSlot("first");
        awaitStreaming(node);
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            cluster.jdbc()
                    .execute("select pg_terminate_backend(active_pid) from pg_replication_slots"
                            + " where slot_name = 'first' and active_pid is not null");
            cluster.jdbc().execute("select pg_drop_replication_slot('first')");
        });
        awaitHealth(node, Status.DOWN, "'first' was lost");
    }

    @Test
    void whatIsCommittedBeforeSomebodyMakesTheSlotAnewJustBeforeItIsStreamedIsFound() {
        TestNode node = start(Recreating.class, "patterns.outbox.cdc.slot=anew");
        awaitStreaming(node);
        publish(node, 1, 2);

        assertThat(cluster.values(topic, 2)).containsExactlyInAnyOrder("0", "1");
        assertThat(node.bean(Recreation.class).recreated).isTrue();
    }

    /** Whoever reads it by a query, or is long about creating it. */
    @Test
    void whileSomebodyElseHasTheSlotTheTableIsPolled() throws Exception {
        try (Connection other = cluster.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("select pg_create_logical_replication_slot('taken', 'pgoutput', true)");
            TestNode node = start("patterns.outbox.cdc.slot=taken");
            publish(node, 0, 3);

            assertThat(cluster.values(topic, 3)).containsExactlyElementsOf(texts(0, 3));
            statement.execute("select pg_drop_replication_slot('taken')");
            awaitStreaming(node);
        }
    }

    private static void awaitHealth(TestNode node, Status status, String problem) {
        HealthIndicator indicator = node.context().getBean("outboxHealthIndicator", HealthIndicator.class);
        await().atMost(PATIENCE).untilAsserted(() -> {
            Health health = indicator.health(true);
            assertThat(health.getStatus()).as("%s", health).isEqualTo(status);
            assertThat(health.getDetails().get("cdc")).asString().contains(problem);
        });
    }

    private void createPublicationAndSlot(String name) {
        createPublication(name);
        cluster.jdbc().execute("select pg_create_logical_replication_slot('" + name + "', 'pgoutput')");
    }

    private void createPublication(String name) {
        cluster.jdbc()
                .execute("create publication " + name + " for table patterns_outbox"
                        + " with (publish = 'insert', publish_via_partition_root = true)");
    }

    private List<OutboxMessage> messages(int from, int to) {
        return texts(from, to).stream()
                .map(text -> TestNode.text(topic, "key", text))
                .toList();
    }

    private TestNode start(String... properties) {
        return start(TestNode.Application.class, properties);
    }

    private TestNode start(Class<?> configuration, String... properties) {
        String[] all = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("patterns.outbox.shards=1", "patterns.outbox.relay=wal"),
                        java.util.stream.Stream.of(properties))
                .toArray(String[]::new);
        return cluster.start(configuration, all);
    }

    private static void awaitStreaming(TestNode node) {
        await("streaming")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(node.relay().shards())
                        .extracting(ShardStatus::stream)
                        .anyMatch(stream -> stream != null && stream.streaming()));
    }

    private long rows() {
        return cluster.jdbc().queryForObject("select count(*) from patterns_outbox", Long.class);
    }

    private void publish(TestNode node, int from, int to) {
        for (int i = from; i < to; i++) {
            node.publish(TestNode.text(topic, "key", Integer.toString(i)));
        }
    }

    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Recreating {

        @Bean
        static Recreation recreation() {
            return new Recreation();
        }
    }

    /** Commits an event that the slot has, and makes the slot anew, right before it is streamed for the first time. */
    static final class Recreation implements BeanPostProcessor, ApplicationContextAware {

        private @Nullable ApplicationContext context;
        private volatile boolean recreated;

        @Override
        public void setApplicationContext(ApplicationContext context) {
            this.context = context;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return bean instanceof ChangeSource source ? (ChangeSource) slot -> open(source, slot) : bean;
        }

        private ChangeStream open(ChangeSource source, ReplicationSlot slot) {
            if (!recreated) {
                recreated = true;
                TestNode node = new TestNode((ConfigurableApplicationContext) Objects.requireNonNull(context));
                String application = node.context().getEnvironment().getProperty("spring.application.name");
                node.publish(TestNode.text(application + "-numbers", "key", "0"));
                JdbcTemplate jdbc = node.bean(JdbcTemplate.class);
                jdbc.execute("select pg_drop_replication_slot('" + slot.name() + "')");
                jdbc.execute("select pg_create_logical_replication_slot('" + slot.name() + "', 'pgoutput')");
            }
            return source.open(slot);
        }
    }
}
