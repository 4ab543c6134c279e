package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
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

    private static Status status(HealthIndicator health) {
        return health.health(false).getStatus();
    }

    static final class BrokenPublisher implements OutboxPublisher, OutboxPublisher.Session {

        final List<OutboxRecord> published = new CopyOnWriteArrayList<>();
        final AtomicInteger failures = new AtomicInteger();
        volatile boolean broken = true;

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
            published.addAll(records);
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
