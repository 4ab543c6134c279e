package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A publisher that fails as only broken class paths and full heaps do. */
class BrokenPublisherTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void anErrorIsAFailureLikeAnyOtherThatHealthTellsAndThatEndsWithItsCause() {
        try (TestCluster cluster = new TestCluster()) {
            TestNode node = cluster.start(Broken.class, "patterns.outbox.shards=1");
            BrokenPublisher publisher = node.bean(BrokenPublisher.class);
            HealthIndicator health = node.context().getBean("outboxHealthIndicator", HealthIndicator.class);
            node.publish(TestNode.text("topic", "k", "1"));

            await().atMost(PATIENCE).until(() -> publisher.failures.get() > 2);
            await().atMost(PATIENCE).until(() -> Status.DOWN.equals(status(health)));
            long token = node.relay().shards().get(0).token();
            int failures = publisher.failures.get();
            await().atMost(PATIENCE).until(() -> publisher.failures.get() > failures);
            assertThat(node.relay().shards())
                    .singleElement()
                    .satisfies(shard -> assertThat(shard.failure()).contains("no such class"))
                    .satisfies(shard -> assertThat(shard.token())
                            .as("the same holder goes on trying")
                            .isEqualTo(token));

            publisher.broken = false;
            await().atMost(PATIENCE).until(() -> publisher.published.size() == 1);
            await().atMost(PATIENCE).until(() -> Status.UP.equals(status(health)));
        }
    }

    /** Nobody but the database keeps its progress. */
    @Test
    void whatWasPublishedBeforeAFailureIsNotPublishedAgain() {
        try (TestCluster cluster = new TestCluster()) {
            TestNode node = cluster.start(
                    Broken.class,
                    "patterns.outbox.shards=1",
                    "patterns.outbox.polling.page-size=1",
                    "patterns.outbox.polling.progress-interval=1m");
            BrokenPublisher publisher = node.bean(BrokenPublisher.class);
            publisher.refused = "2";
            node.publish(IntStream.range(0, 4)
                    .mapToObj(i -> TestNode.text("topic", "k", Integer.toString(i)))
                    .toArray());
            publisher.broken = false;
            await().atMost(PATIENCE).until(() -> publisher.refusals.get() > 2);
            publisher.refused = "";

            await().atMost(PATIENCE).until(() -> publisher.published.contains("3"));
            assertThat(publisher.published).containsExactly("0", "1", "2", "3");
        }
    }

    private static Status status(HealthIndicator health) {
        return health.health(false).getStatus();
    }

    static final class BrokenPublisher implements OutboxPublisher, OutboxPublisher.Session {

        final List<String> published = new CopyOnWriteArrayList<>();
        final AtomicInteger failures = new AtomicInteger();
        final AtomicInteger refusals = new AtomicInteger();
        volatile boolean broken = true;
        volatile String refused = "";

        @Override
        public Session open(int shard) {
            if (broken) {
                failures.incrementAndGet();
                throw new NoClassDefFoundError("no such class");
            }
            return this;
        }

        @Override
        public boolean exactlyOnce() {
            return false;
        }

        @Override
        public Optional<String> progress() {
            return Optional.empty();
        }

        @Override
        public void publish(List<OutboxRecord> records, String progress) {
            List<String> texts = records.stream()
                    .map(record -> new String(record.payload(), StandardCharsets.UTF_8))
                    .toList();
            if (texts.contains(refused)) {
                refusals.incrementAndGet();
                throw new PublicationException("as if the stream were too slow", null);
            }
            published.addAll(texts);
        }

        @Override
        public void close() {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Broken {

        @Bean
        BrokenPublisher publisher() {
            return new BrokenPublisher();
        }
    }
}
