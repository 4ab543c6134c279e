package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events by the database's log, and how it and the table take turns. */
class StreamingTests {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

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

    private TestNode start(String... properties) {
        String[] all = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("patterns.outbox.shards=1", "patterns.outbox.relay=wal"),
                        java.util.stream.Stream.of(properties))
                .toArray(String[]::new);
        return cluster.start(all);
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
}
