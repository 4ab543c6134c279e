package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import io.micropatterns.test.kafka.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Events that the broker rejects: parked with their cause, tried again, and published once when it has gone. Each
 * subclass is a way to run the relay; the broker creates no topics by itself.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractDeadLetterTests {

    static final String BIG = "x".repeat(5_000);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String exactlyOnce;
    private final String blockKey;
    private KafkaServer broker;
    private Admin admin;
    TestCluster cluster;
    TestNode node;
    String topic;

    AbstractDeadLetterTests(boolean exactlyOnce, boolean blockKey) {
        this.exactlyOnce = Boolean.toString(exactlyOnce);
        this.blockKey = Boolean.toString(blockKey);
    }

    @BeforeAll
    void start() {
        broker = KafkaServer.builder().embedded().autoCreateTopics(false).start();
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        cluster = new TestCluster(broker.bootstrapServers());
        node = cluster.start(
                "patterns.outbox.shards=1",
                "patterns.outbox.kafka.exactly-once=" + exactlyOnce,
                "patterns.outbox.max-payload-size=3MB",
                "patterns.outbox.dead-letters.attempts=2",
                "patterns.outbox.dead-letters.first-delay=100ms",
                "patterns.outbox.dead-letters.block-key=" + blockKey);
    }

    @AfterAll
    void stop() {
        cluster.close();
        admin.close();
        broker.close();
    }

    @BeforeEach
    void topicForSmallRecords() {
        topic = cluster.topic(UUID.randomUUID().toString());
        broker.createTopic(topic, 1, Map.of("max.message.bytes", "3000"));
    }

    @Test
    void anEventOverTheBrokersLimitIsParkedWithItsCauseWhileOtherKeysFlow() {
        node.publish(TestNode.text(topic, "a", "1"), TestNode.text(topic, "bad", BIG), TestNode.text(topic, "b", "2"));
        node.publish(TestNode.text(topic, "c", "3"));

        assertThat(cluster.values(topic, 3)).containsExactly("1", "2", "3");
        DeadLetter letter = awaitDead(1).get(0);
        assertThat(letter.attempts()).isEqualTo(2);
        assertThat(letter.causeType()).isEqualTo(RecordTooLargeException.class.getName());
        assertThat(letter.causeMessage()).isNotBlank();
        assertThat(letter.key()).isEqualTo("bad");
        assertThat(letter.payload()).hasSize(5_000);
        assertThat(letter.headers()).containsKey(OutboxHeaders.EVENT_ID);
    }

    @Test
    void anEventOverTheProducersLimitIsParkedWithItsCauseWhileOthersFlow() {
        node.publish(
                TestNode.text(topic, "a", "1"),
                TestNode.text(topic, "bad", "x".repeat(1_500_000)),
                TestNode.text(topic, "b", "2"));

        assertThat(cluster.values(topic, 2)).containsExactly("1", "2");
        DeadLetter letter = awaitDead(1).get(0);
        assertThat(letter.causeType()).isEqualTo(RecordTooLargeException.class.getName());
        assertThat(letter.causeMessage()).contains("max.request.size");
    }

    @Test
    void anEventToAnUnknownTopicIsParkedAndPublishedOnceTheTopicIsThere() {
        String missing = topic + "-missing";
        UUID id = UUID.randomUUID();
        node.publish(
                OutboxMessage.to(missing).id(id).key("k").type("t").payload("lost"), TestNode.text(topic, "a", "1"));

        assertThat(cluster.values(topic, 1)).containsExactly("1");
        DeadLetter letter = awaitDead(missing, 1).get(0);
        assertThat(letter.causeType()).isEqualTo(UnknownTopicOrPartitionException.class.getName());
        assertThat(letter.causeMessage()).contains(missing);
        broker.createTopic(missing, 1);
        assertThat(node.deadLetters().retry(letter.id())).isTrue();

        var record = cluster.read(missing, 1).get(0);
        assertThat(record.value()).isEqualTo("lost");
        assertThat(StreamReader.header(record, OutboxHeaders.EVENT_ID)).isEqualTo(id.toString());
        assertThat(record.headers().headers(OutboxHeaders.EVENT_ID)).hasSize(1);
        awaitNoLetters(missing);
    }

    @Test
    void anEventToAnInvalidTopicNameIsParkedWhileOthersFlow() {
        String invalid = topic + "/ö";
        node.publish(TestNode.text(invalid, "k", "lost"), TestNode.text(topic, "a", "1"));

        assertThat(cluster.values(topic, 1)).containsExactly("1");
        assertThat(awaitDead(invalid, 1).get(0).causeType()).isEqualTo(InvalidTopicException.class.getName());
        assertThat(node.deadLetters().discard(awaitDead(invalid, 1).get(0).id(), "test"))
                .isTrue();
    }

    @Test
    void aRetriedEventIsPublishedExactlyOnceWhenTheLimitHasBeenRaised() throws Exception {
        node.publish(TestNode.text(topic, "bad", BIG));
        DeadLetter letter = awaitDead(1).get(0);
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("max.message.bytes", "1000000"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
        assertThat(node.deadLetters().retry(letter.id())).isTrue();

        // The broker may refuse it once more: it answers before it goes by the new limit.
        await().atMost(PATIENCE).until(() -> {
            node.lettersOf(topic).stream()
                    .filter(each -> each.status() == DeadLetterStatus.DEAD)
                    .forEach(each -> node.deadLetters().retry(each.id()));
            return node.lettersOf(topic).isEmpty();
        });
        node.publish(TestNode.text(topic, "bad", "after"));
        assertThat(cluster.values(topic, 2)).containsExactly(BIG, "after");
    }

    @Test
    void aReplayedEventIsPublishedOnceWithItsNewPayload() {
        node.publish(TestNode.text(topic, "bad", BIG));
        DeadLetter letter = awaitDead(1).get(0);
        assertThat(node.deadLetters().replay(letter.id(), bytes("small"), letter.headers()))
                .isTrue();

        awaitNoLetters(topic);
        node.publish(TestNode.text(topic, "bad", "after"));
        assertThat(cluster.values(topic, 2)).containsExactly("small", "after");
    }

    @Test
    void aDiscardedEventNeverComes() {
        node.publish(TestNode.text(topic, "bad", BIG));
        assertThat(node.deadLetters().discard(awaitDead(1).get(0).id(), "not wanted"))
                .isTrue();
        node.publish(TestNode.text(topic, "bad", "after"));

        assertThat(cluster.values(topic, 1)).containsExactly("after");
        awaitNoLetters(topic);
    }

    @Test
    void parkedEventsAreNotPending() {
        node.publish(TestNode.text(topic, "bad", BIG));
        awaitDead(1);

        await().atMost(PATIENCE).until(() -> node.monitor().pendingByTopic().getOrDefault(topic, 0L) == 0);
    }

    List<DeadLetter> awaitDead(int count) {
        return awaitDead(topic, count);
    }

    private List<DeadLetter> awaitDead(String destination, int count) {
        return await().atMost(PATIENCE)
                .until(
                        () -> node.lettersOf(destination).stream()
                                .filter(letter -> letter.status() == DeadLetterStatus.DEAD)
                                .toList(),
                        letters -> letters.size() == count);
    }

    void awaitNoLetters(String destination) {
        await().atMost(PATIENCE).until(() -> node.lettersOf(destination).isEmpty());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
