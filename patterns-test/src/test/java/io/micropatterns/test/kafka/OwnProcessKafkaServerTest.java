package io.micropatterns.test.kafka;

import static io.micropatterns.test.kafka.EmbeddedKafkaServerTest.producer;
import static io.micropatterns.test.kafka.EmbeddedKafkaServerTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.ServerKind;
import io.micropatterns.test.network.Ports;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fault")
class OwnProcessKafkaServerTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private static KafkaServer server;

    @BeforeAll
    static void start() {
        server = KafkaServer.builder().ownProcess().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void keepsAcknowledgedRecordsWhenKilledUnderLoad() throws Exception {
        assertThat(server.kind()).isEqualTo(ServerKind.EMBEDDED);
        server.createTopic("killed", 1);
        String address = server.bootstrapServers();
        ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
        AtomicBoolean enough = new AtomicBoolean();
        try (KafkaProducer<String, String> producer = producer(server, Map.of("linger.ms", "0"))) {
            Thread load = new Thread(() -> {
                for (int i = 0; !enough.get(); i++) {
                    String value = Integer.toString(i);
                    Future<RecordMetadata> sent =
                            producer.send(new ProducerRecord<>("killed", value), (metadata, failure) -> {
                                if (failure == null) {
                                    acknowledged.add(value);
                                }
                            });
                    await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(() -> sent.isDone() || enough.get());
                }
            });
            load.start();
            await().atMost(LONG).until(() -> acknowledged.size() >= 100);

            server.stopHard();
            server.stopHard();
            int before = acknowledged.size();
            server.restart();

            assertThat(server.bootstrapServers()).isEqualTo(address);
            await("a client that lived through the crash goes on by itself")
                    .atMost(LONG)
                    .until(() -> acknowledged.size() >= before + 100);
            enough.set(true);
            load.join();
        }
        List<String> expected = List.copyOf(acknowledged);
        // The idempotent producer's repetitions do not come twice, though the broker had forgotten them.
        assertThat(read(server, "killed", 0, expected.size())).startsWith(expected.toArray(String[]::new));
    }

    @Test
    void rollsBackWhatATransactionHadWrittenBeforeTheCrash() throws Exception {
        server.createTopic("transactions", 1);
        KafkaProducer<String, String> zombie = producer(server, Map.of("transactional.id", "crash-test"));
        try {
            zombie.initTransactions();
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>("transactions", "committed"));
            zombie.commitTransaction();
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>("transactions", "left open")).get(30, TimeUnit.SECONDS);

            server.stopHard();
            server.restart();

            try (KafkaProducer<String, String> successor = producer(server, Map.of("transactional.id", "crash-test"))) {
                successor.initTransactions();
                assertThatExceptionOfType(KafkaException.class)
                        .isThrownBy(zombie::commitTransaction)
                        .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
                successor.beginTransaction();
                successor.send(new ProducerRecord<>("transactions", "successor"));
                successor.commitTransaction();
            }
        } finally {
            zombie.close(Duration.ZERO);
        }
        assertThat(read(server, "transactions", 0, 2)).containsExactly("committed", "successor");
    }

    @Test
    void answersNobodyWhilePausedAndGoesOnAfterwards() throws Exception {
        server.createTopic("paused", 1);
        Map<String, String> impatient =
                Map.of("delivery.timeout.ms", "500", "request.timeout.ms", "400", "linger.ms", "0");
        try (KafkaProducer<String, String> patient = producer(server, Map.of());
                KafkaProducer<String, String> hurried = producer(server, impatient)) {
            patient.send(new ProducerRecord<>("paused", "patient before")).get(30, TimeUnit.SECONDS);
            hurried.partitionsFor("paused");

            server.pause();
            Future<RecordMetadata> waiting = patient.send(new ProducerRecord<>("paused", "patient"));
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> hurried.send(new ProducerRecord<>("paused", "hurried"))
                            .get(30, TimeUnit.SECONDS))
                    .withCauseInstanceOf(TimeoutException.class);
            assertThat(waiting).isNotDone();

            server.resume();
            server.resume();
            // Whether what timed out has been written is not known: the broker may have found it in the connection.
            long last = waiting.get(30, TimeUnit.SECONDS).offset();
            assertThat(read(server, "paused", 0, (int) last + 1)).contains("patient before", "patient");
        }
    }

    @Test
    void isKilledStoppedAndRestartedWhilePaused() throws Exception {
        server.createTopic("frozen", 1);
        try (KafkaProducer<String, String> producer = producer(server, Map.of())) {
            producer.send(new ProducerRecord<>("frozen", "one")).get(30, TimeUnit.SECONDS);
            server.pause();
            server.restart();
            producer.send(new ProducerRecord<>("frozen", "two")).get(30, TimeUnit.SECONDS);
            server.pause();
            server.stopHard();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(server::pause);
            server.resume();
            server.restart();
            producer.send(new ProducerRecord<>("frozen", "three")).get(30, TimeUnit.SECONDS);
        }
        assertThat(read(server, "frozen", 0, 3)).containsExactly("one", "two", "three");
    }

    @Test
    void runsSeveralBrokersWithTheirPropertiesAndKeepsAGivenDirectory(@TempDir Path directory) throws Exception {
        KafkaServer.Builder builder = KafkaServer.builder()
                .ownProcess()
                .brokers(3)
                .brokerProperty("message.max.bytes", "5000")
                .dataDirectory(directory);
        try (KafkaServer cluster = builder.start()) {
            assertThat(cluster.bootstrapServers().split(",")).hasSize(3);
            cluster.createTopic("replicated", 3);
            try (KafkaProducer<String, String> producer = producer(cluster, Map.of("acks", "all"))) {
                for (int partition : IntStream.range(0, 3).toArray()) {
                    producer.send(new ProducerRecord<>("replicated", partition, "key", "value"))
                            .get(30, TimeUnit.SECONDS);
                }
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(() -> producer.send(new ProducerRecord<>("replicated", "x".repeat(10_000)))
                                .get(30, TimeUnit.SECONDS));
            }
            assertThat(directory.resolve("node-1/meta.properties")).exists();
            cluster.stopHard();
            assertThat(directory.resolve("node-1/.kafka_cleanshutdown")).doesNotExist();
        }
        try (KafkaServer cluster = builder.start()) {
            assertThat(read(cluster, "replicated", 2, 1)).containsExactly("value");
        }
    }

    @Test
    void failsWithItsReason() throws IOException {
        int port = Ports.free();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThatExceptionOfType(KafkaServerException.class)
                    .isThrownBy(
                            () -> KafkaServer.builder().ownProcess().port(port).start())
                    .withStackTraceContaining(BindException.class.getName());
        }
        assertThatExceptionOfType(KafkaServerException.class)
                .isThrownBy(() -> KafkaServer.builder()
                        .ownProcess()
                        .brokerProperty("log.segment.bytes", "many")
                        .start())
                .withStackTraceContaining("log.segment.bytes");
    }

    @Test
    void onlyAProcessOfItsOwnCanBeKilledAndPaused() {
        try (KafkaServer inside = KafkaServer.builder().embedded().start()) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(inside::stopHard)
                    .withMessageContaining("ownProcess()");
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(inside::pause)
                    .withMessageContaining("ownProcess()");
            assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(inside::resume);
        }
    }
}
