package io.micropatterns.test.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.test.ServerKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaServerTest {

    private static KafkaServer server;

    @BeforeAll
    static void start() {
        server = KafkaServer.builder().embedded().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void carriesRecords() throws Exception {
        assertThat(server.kind()).isEqualTo(ServerKind.EMBEDDED);
        server.createTopic("carries", 3);
        try (KafkaProducer<String, String> producer = producer(server, Map.of())) {
            producer.send(new ProducerRecord<>("carries", 2, "key", "value")).get(30, TimeUnit.SECONDS);
        }
        assertThat(read(server, "carries", 2, 1)).containsExactly("value");
    }

    @Test
    void createsTopicsWithTheirSettingsOnlyOnce() throws Exception {
        server.createTopic("once", 2, Map.of("max.message.bytes", "1234"));
        assertThatExceptionOfType(KafkaServerException.class)
                .isThrownBy(() -> server.createTopic("once", 2))
                .withMessageContaining("once")
                .withCauseInstanceOf(TopicExistsException.class);
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", server.bootstrapServers()))) {
            assertThat(admin.describeTopics(List.of("once"))
                            .allTopicNames()
                            .get()
                            .get("once")
                            .partitions())
                    .hasSize(2);
        }
    }

    @Test
    void keepsRecordsAndOffsetsAcrossStopAndRestart() throws Exception {
        server.createTopic("kept", 1);
        String addresses = server.bootstrapServers();
        try (KafkaProducer<String, String> producer = producer(server, Map.of())) {
            producer.send(new ProducerRecord<>("kept", "key", "before")).get(30, TimeUnit.SECONDS);
            commitOffset("kept", "kept-group", 1);

            server.stop();
            server.stop();
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> {
                try (Admin admin = Admin.create(Map.<String, Object>of(
                        "bootstrap.servers", addresses, "default.api.timeout.ms", 1000, "request.timeout.ms", 500))) {
                    admin.describeCluster().nodes().get();
                }
            });
            server.restart();

            assertThat(server.bootstrapServers()).isEqualTo(addresses);
            // A client that lived through the outage goes on by itself.
            producer.send(new ProducerRecord<>("kept", "key", "after")).get(30, TimeUnit.SECONDS);
        }
        assertThat(read(server, "kept", 0, 2)).containsExactly("before", "after");
        assertThat(committedOffset("kept", "kept-group")).isEqualTo(1);
    }

    @Test
    void keepsTheStateOfTransactionsAcrossStopAndRestart() throws Exception {
        server.createTopic("transactions", 1);
        KafkaProducer<String, String> zombie = producer(server, Map.of("transactional.id", "restart-test"));
        try {
            zombie.initTransactions();
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>("transactions", "key", "committed"));
            zombie.commitTransaction();
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>("transactions", "key", "left open"))
                    .get(30, TimeUnit.SECONDS);

            server.restart();

            // The successor's epoch follows the one stored before the restart: the open transaction is rolled back
            // and its owner fenced.
            try (KafkaProducer<String, String> successor =
                    producer(server, Map.of("transactional.id", "restart-test"))) {
                successor.initTransactions();
                assertThatExceptionOfType(org.apache.kafka.common.KafkaException.class)
                        .isThrownBy(zombie::commitTransaction)
                        .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
                successor.beginTransaction();
                successor.send(new ProducerRecord<>("transactions", "key", "successor"));
                successor.commitTransaction();
            }
        } finally {
            zombie.close(Duration.ZERO);
        }
        assertThat(read(server, "transactions", 0, 2)).containsExactly("committed", "successor");
    }

    @Test
    void committedTransactionIsReadAfterRestart() throws Exception {
        server.createTopic("committed", 1);
        try (KafkaProducer<String, String> producer = producer(server, Map.of("transactional.id", "committed-test"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("committed", "key", "one"));
            producer.commitTransaction();
            server.stop();
            server.restart();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("committed", "key", "two"));
            producer.commitTransaction();
        }
        assertThat(read(server, "committed", 0, 2)).containsExactly("one", "two");
    }

    @Test
    void runsSeveralBrokersAndKeepsAGivenDirectory(@TempDir Path directory) throws Exception {
        KafkaServer.Builder builder = KafkaServer.builder()
                .embedded()
                .brokers(3)
                .autoCreateTopics(false)
                .dataDirectory(directory);
        try (KafkaServer cluster = builder.start()) {
            assertThat(cluster.bootstrapServers().split(",")).hasSize(3);
            cluster.createTopic("replicated", 6);
            try (KafkaProducer<String, String> producer = producer(cluster, Map.of("acks", "all"))) {
                producer.send(new ProducerRecord<>("replicated", 5, "key", "value"))
                        .get(30, TimeUnit.SECONDS);
            }
        }
        try (KafkaServer cluster = builder.start()) {
            assertThat(read(cluster, "replicated", 5, 1)).containsExactly("value");
        }
    }

    @Test
    void refusesUnknownTopicsWhenToldSo() {
        try (KafkaServer strict = KafkaServer.builder()
                        .embedded()
                        .autoCreateTopics(false)
                        .brokerProperty("message.max.bytes", "5000")
                        .start();
                KafkaProducer<String, String> patient = producer(strict, Map.of());
                KafkaProducer<String, String> hurried = producer(strict, Map.of("max.block.ms", "1000"))) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> hurried.send(new ProducerRecord<>("unknown", "value"))
                            .get())
                    .withMessageContaining("unknown");
            strict.createTopic("small", 1);
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> patient.send(new ProducerRecord<>("small", "x".repeat(10_000)))
                            .get())
                    .withCauseInstanceOf(org.apache.kafka.common.errors.RecordTooLargeException.class);
        }
    }

    @Test
    void closesOnceAndForAll() {
        KafkaServer closing = KafkaServer.builder().embedded().start();
        closing.close();
        closing.close();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(closing::restart);
    }

    @Test
    void namesAWrongOption() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> KafkaServer.builder().brokers(0))
                .withMessageContaining("brokers");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> KafkaServer.builder().port(-1))
                .withMessageContaining("-1");
    }

    static KafkaProducer<String, String> producer(KafkaServer server, Map<String, String> configs) {
        Map<String, Object> all = new java.util.HashMap<>(configs);
        all.put("bootstrap.servers", server.bootstrapServers());
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(KafkaServer server, String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", server.bootstrapServers(),
                        "group.id", group,
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest",
                        "enable.auto.commit", "false"),
                new StringDeserializer(),
                new StringDeserializer());
    }

    static List<String> read(KafkaServer server, String topic, int partition, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(server, topic + "-reader")) {
            consumer.assign(List.of(new TopicPartition(topic, partition)));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }

    private static void commitOffset(String topic, String group, long offset) {
        try (KafkaConsumer<String, String> consumer = consumer(server, group)) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
        }
    }

    private static long committedOffset(String topic, String group) {
        try (KafkaConsumer<String, String> consumer = consumer(server, group)) {
            TopicPartition partition = new TopicPartition(topic, 0);
            return consumer.committed(java.util.Set.of(partition))
                    .get(partition)
                    .offset();
        }
    }
}
