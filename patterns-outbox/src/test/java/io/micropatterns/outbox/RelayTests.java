package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.test.kafka.KafkaServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Several instances, and what they do when their world changes. */
class RelayTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private TestCluster cluster;
    private String topic;

    @BeforeEach
    void freshCluster() {
        cluster = new TestCluster();
        topic = cluster.topic("events");
        KafkaServer.shared().createTopic(topic, 1);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void instancesShareTheShardsAndTakeThemOverWhenOneStops() {
        TestNode first = cluster.start("patterns.outbox.shards=4", "patterns.outbox.polling.lease-time-to-live=3s");
        TestNode second = cluster.start("patterns.outbox.shards=4", "patterns.outbox.polling.lease-time-to-live=3s");
        await().atMost(PATIENCE)
                .until(() -> first.relay().shards().size() == 2
                        && second.relay().shards().size() == 2);
        publish(first, 0, 10);
        publish(second, 10, 20);
        assertThat(cluster.values(topic, 20)).containsExactlyInAnyOrderElementsOf(texts(0, 20));

        second.close();
        await().atMost(PATIENCE).until(() -> first.relay().shards().size() == 4);
        publish(first, 20, 30);
        assertThat(cluster.values(topic, 30)).containsExactlyInAnyOrderElementsOf(texts(0, 30));
    }

    @Test
    void aLeaseWhoseRowWasDeletedIsTakenAgainAndItsShardRelayed() {
        TestNode node = cluster.start("patterns.outbox.shards=1", "patterns.outbox.polling.lease-time-to-live=2s");
        publish(node, 0, 5);
        cluster.values(topic, 5);
        cluster.jdbc().update("update patterns_outbox_shard set token = token + 5000");
        cluster.jdbc().update("delete from patterns_lease");

        publish(node, 5, 6);
        await().atMost(PATIENCE)
                .until(() -> node.relay().shards().stream()
                        .anyMatch(shard -> shard.state() == ShardStatus.State.FAILING
                                && String.valueOf(shard.failure()).contains("shard 0")));
        cluster.jdbc().update("update patterns_outbox_shard set token = 5000");
        assertThat(cluster.values(topic, 6)).containsExactlyInAnyOrderElementsOf(texts(0, 6));
    }

    @Test
    void aPauseStopsEveryInstanceAndOutlivesARestart() {
        TestNode relaying = cluster.start();
        TestNode storing = cluster.start("patterns.outbox.relay=none");
        publish(storing, 0, 1);
        cluster.values(topic, 1);

        relaying.relay().pause();
        await().atMost(PATIENCE)
                .until(() -> relaying.relay().shards().stream()
                                .filter(shard -> shard.state() == ShardStatus.State.PAUSED)
                                .count()
                        == 2);
        publish(storing, 1, 20);
        relaying.close();
        TestNode restarted = cluster.start();
        assertThat(restarted.relay().isPaused()).isTrue();
        await().atMost(PATIENCE)
                .until(() -> restarted.relay().shards().stream()
                                .filter(shard -> shard.state() == ShardStatus.State.PAUSED)
                                .count()
                        == 2);
        assertThat(restarted.monitor().pendingByTopic()).isEqualTo(Map.of(topic, 19L));
        assertThat(cluster.values(topic, 1)).containsExactly("0");

        restarted.relay().resume();
        assertThat(cluster.values(topic, 20)).containsExactlyInAnyOrderElementsOf(texts(0, 20));
    }

    @Test
    void anotherInstancesCommitWakesTheRelayLongBeforeItsPoll() {
        TestNode relaying = cluster.start("patterns.outbox.polling.interval=60s");
        TestNode storing = cluster.start("patterns.outbox.relay=none");
        publish(relaying, 0, 5);
        cluster.values(topic, 5);
        // By now the waits between two looks have doubled to many seconds; only a notification is quicker.
        await().during(Duration.ofSeconds(4))
                .atMost(PATIENCE)
                .until(() -> relaying.relay().isRunning());
        publish(storing, 5, 6);

        await().atMost(Duration.ofSeconds(20)).until(() -> relayed(relaying) == 6);
        assertThat(cluster.values(topic, 6)).containsExactlyInAnyOrderElementsOf(texts(0, 6));
    }

    @Test
    void shardsOfALargerNumberGoOnBeingRelayed() {
        TestNode before = cluster.start("patterns.outbox.shards=8", "patterns.outbox.relay=none");
        publish(before, 0, 50);
        before.close();
        TestNode after = cluster.start("patterns.outbox.shards=1");
        publish(after, 50, 60);

        assertThat(cluster.values(topic, 60)).containsExactlyInAnyOrderElementsOf(texts(0, 60));
        await().atMost(PATIENCE).until(() -> after.relay().shards().size() == 8);
    }

    @Test
    void switchingExactlyOnceOffAndOnLosesAndDoublesNothing() {
        TestNode once = cluster.start("patterns.outbox.kafka.exactly-once=true");
        publish(once, 0, 20);
        cluster.values(topic, 20);
        publish(once, 20, 25);
        once.close();
        TestNode atLeastOnce = cluster.start("patterns.outbox.kafka.exactly-once=false");
        publish(atLeastOnce, 25, 40);
        cluster.values(topic, 40);
        atLeastOnce.close();
        TestNode onceAgain = cluster.start("patterns.outbox.kafka.exactly-once=true");
        publish(onceAgain, 40, 60);

        assertThat(cluster.values(topic, 60)).containsExactlyInAnyOrderElementsOf(texts(0, 60));
    }

    @Test
    void withoutItsProgressTopicARelayGoesOnFromTheDatabasesCopy() throws Exception {
        TestNode before = cluster.start();
        publish(before, 0, 20);
        cluster.values(topic, 20);
        before.close();
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", KafkaServer.shared().bootstrapServers()))) {
            admin.deleteTopics(List.of(cluster.progressTopic())).all().get();
            await().atMost(PATIENCE)
                    .until(() -> !admin.listTopics().names().get().contains(cluster.progressTopic()));
        }
        TestNode after = cluster.start();
        publish(after, 20, 30);

        assertThat(cluster.values(topic, 30)).containsExactlyInAnyOrderElementsOf(texts(0, 30));
    }

    @Test
    void afterARestoreARelayStopsUntilAnOperatorRebasesItAndThenLosesAndDoublesNothing() {
        TestNode before = cluster.start("patterns.outbox.shards=1");
        publish(before, 0, 10);
        cluster.values(topic, 10);
        before.close();
        // As if the database came from a dump of another cluster.
        cluster.jdbc().update("update patterns_outbox_shard set cursor = regexp_replace(cursor, '^1\\|[^|]*', '1|17')");
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", KafkaServer.shared().bootstrapServers()))) {
            admin.deleteTopics(List.of(cluster.progressTopic())).all().get();
            await().atMost(PATIENCE)
                    .until(() -> !admin.listTopics().names().get().contains(cluster.progressTopic()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        TestNode after = cluster.start("patterns.outbox.shards=1");
        publish(after, 10, 20);
        await().atMost(PATIENCE)
                .until(() -> after.relay().shards().stream()
                        .anyMatch(shard -> shard.state() == ShardStatus.State.NEEDS_REBASE));
        assertThat(cluster.values(topic, 10)).hasSize(10);
        assertThat(after.relay().rebase(99)).isFalse();
        assertThat(after.relay().rebase(0)).isTrue();

        assertThat(cluster.values(topic, 20)).containsExactlyElementsOf(texts(0, 20));
        await().atMost(PATIENCE).until(() -> after.relay().shards().get(0).state() == ShardStatus.State.RUNNING);
        assertThat(after.relay().shards().get(0).failure()).isNull();
    }

    @Test
    void aListenerThatThrowsHoldsUpNothing() {
        TestNode node = cluster.start(ThrowingListener.class, "patterns.outbox.shards=1");
        publish(node, 0, 3);
        publish(node, 3, 6);

        assertThat(cluster.values(topic, 6)).containsExactlyElementsOf(texts(0, 6));
        assertThat(node.relay().shards().get(0).failure()).isNull();
    }

    @Test
    void aRowWithUnreadableHeadersIsParkedAndPublishedOnceAnOperatorHasMendedIt() {
        TestNode node = cluster.start("patterns.outbox.shards=1", "patterns.outbox.dead-letters.attempts=1");
        node.pause();
        publish(node, 0, 3);
        cluster.jdbc()
                .update("update patterns_outbox set headers = 'not json' where convert_from(payload, 'utf8') = '1'");
        node.relay().resume();

        assertThat(cluster.values(topic, 2)).containsExactly("0", "2");
        await().atMost(PATIENCE).until(() -> node.lettersOf(topic).size() == 1);
        DeadLetter letter = node.lettersOf(topic).get(0);
        assertThat(letter.causeMessage()).contains("not a JSON object of strings", "not json");
        assertThat(node.deadLetters().replay(letter.id(), letter.payload(), Map.of(OutboxHeaders.UNREADABLE, "")))
                .isTrue();
        var mended = cluster.read(topic, 3).get(2);
        assertThat(mended.value()).isEqualTo("1");
        assertThat(StreamReader.header(mended, OutboxHeaders.UNREADABLE)).isNull();
    }

    @Test
    void aPauseSavesHowFarTheRelayHasCome() {
        TestNode node = cluster.start("patterns.outbox.shards=1", "patterns.outbox.polling.progress-interval=1m");
        publish(node, 0, 5);
        cluster.values(topic, 5);
        String saved = "select count(*) from patterns_outbox_shard where cursor is not null";
        assertThat(cluster.jdbc().queryForObject(saved, Long.class)).isZero();
        node.relay().pause();

        await().atMost(PATIENCE).until(() -> cluster.jdbc().queryForObject(saved, Long.class) == 1);
    }

    @Test
    void aRelayCanBeStoppedAndStartedAgain() {
        TestNode node = cluster.start();
        node.relay().stop();
        assertThat(node.relay().isRunning()).isFalse();
        assertThat(node.relay().shards()).isEmpty();
        publish(node, 0, 5);
        node.relay().start();
        node.relay().start();

        assertThat(cluster.values(topic, 5)).containsExactlyInAnyOrderElementsOf(texts(0, 5));
    }

    @Test
    void replayedEventsComeAgainWithTheirIdsAndAMark() {
        TestNode node = cluster.start("patterns.outbox.shards=1");
        publish(node, 0, 3);
        var first = cluster.read(topic, 3);
        var ids = first.stream()
                .map(record -> java.util.UUID.fromString(StreamReader.header(record, OutboxHeaders.EVENT_ID)))
                .toList();
        OutboxReplay replay = node.bean(OutboxReplay.class);
        assertThat(replay.replay(List.of(ids.get(1), java.util.UUID.randomUUID())))
                .isEqualTo(1);
        var again = cluster.read(topic, 4).get(3);
        assertThat(again.value()).isEqualTo("1");
        assertThat(StreamReader.header(again, OutboxHeaders.EVENT_ID))
                .isEqualTo(ids.get(1).toString());
        assertThat(StreamReader.header(again, OutboxHeaders.REPLAYED)).isEqualTo("true");
        assertThat(StreamReader.header(first.get(1), OutboxHeaders.REPLAYED)).isNull();

        var now = java.time.Instant.now();
        assertThat(replay.replay(now.minusSeconds(3600), now.plusSeconds(3600), "elsewhere"))
                .isZero();
        assertThat(replay.replay(now.minusSeconds(3600), now.plusSeconds(3600), topic))
                .as("copies are not copied again")
                .isEqualTo(3);
        assertThat(cluster.values(topic, 7)).containsExactly("0", "1", "2", "1", "0", "1", "2");
    }

    @Configuration(proxyBeanMethods = false)
    static class ThrowingListener {

        @Bean
        OutboxListener throwing() {
            return new OutboxListener() {
                @Override
                public void stored(List<OutboxRecord> records) {
                    throw new IllegalStateException("stored");
                }

                @Override
                public void published(int shard, List<OutboxRecord> records, Duration took) {
                    throw new IllegalStateException("published");
                }
            };
        }
    }

    private static long relayed(TestNode node) {
        return node.relay().shards().stream().mapToLong(ShardStatus::published).sum();
    }

    private void publish(TestNode node, int from, int to) {
        node.publish(IntStream.range(from, to)
                .mapToObj(i -> TestNode.text(topic, "key-" + i, Integer.toString(i)))
                .toArray());
    }

    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
