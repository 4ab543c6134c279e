package io.micropatterns.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.network.Ports;
import io.micropatterns.test.network.TcpProxy;
import io.micropatterns.test.postgres.PostgresServer;
import io.micropatterns.test.process.ChildJvm;
import io.micropatterns.test.process.ProcessSignals;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fault")
class ServerFaultTest {

    private static final Duration LONG = Duration.ofMinutes(3);

    @Test
    void serversOfAKilledJvmDisappear(@TempDir Path temporary) throws IOException {
        try (ChildJvm child = ChildJvm.builder(Servers.class)
                .systemProperty("java.io.tmpdir", temporary.toString())
                .start()) {
            long postmaster = Long.parseLong(
                    child.awaitLine(line -> line.startsWith("pid "), LONG).substring(4));
            child.awaitLine(line -> line.startsWith("kafka "), LONG);
            child.awaitLine(line -> line.startsWith("frozen kafka "), LONG);
            assertThat(servers(temporary)).hasSize(4);
            List<ProcessHandle> processes = ProcessHandle.of(child.pid()).stream()
                    .flatMap(ProcessHandle::descendants)
                    .toList();
            assertThat(processes).hasSizeGreaterThan(2);
            child.kill();
            await().atMost(LONG).untilAsserted(() -> {
                assertThat(ProcessHandle.of(postmaster).filter(ProcessSignals::isRunning))
                        .isEmpty();
                assertThat(processes).noneMatch(ProcessSignals::isRunning);
                assertThat(servers(temporary)).isEmpty();
            });
        }
    }

    private static List<Path> servers(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("patterns-postgres-binaries"))
                    .filter(file -> file.getFileName().toString().startsWith("patterns-"))
                    .toList();
        }
    }

    @Test
    void commitWhoseAnswerIsLostIsFoundLater() throws SQLException {
        try (PostgresServer server = PostgresServer.builder().embedded().start();
                TcpProxy proxy = TcpProxy.to("127.0.0.1", port(server.jdbcUrl()))) {
            String url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres";
            try (Connection connection = DriverManager.getConnection(url, server.username(), server.password());
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE effect (id int)");
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO effect VALUES (1)");
                proxy.cutAfterAnswerBytes(0);
                assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
            }
            try (Connection connection = DriverManager.getConnection(url, server.username(), server.password());
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("SELECT count(*) FROM effect")) {
                result.next();
                assertThat(result.getInt(1)).isEqualTo(1);
            }
        }
    }

    @Test
    void producerGoesOnAfterItsConnectionWasCutAndRestored() throws Exception {
        int port = Ports.free();
        try (TcpProxy proxy = TcpProxy.to("127.0.0.1", port);
                KafkaServer server = KafkaServer.builder()
                        .embedded()
                        .port(port)
                        .advertisedPort(proxy.port())
                        .start();
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", server.bootstrapServers()),
                        new StringSerializer(),
                        new StringSerializer())) {
            server.createTopic("proxied", 1);
            producer.send(new ProducerRecord<>("proxied", "before")).get(30, TimeUnit.SECONDS);
            proxy.cut();
            Future<RecordMetadata> during = producer.send(new ProducerRecord<>("proxied", "during"));
            await().atMost(Duration.ofMinutes(1)).during(Duration.ofMillis(300)).until(() -> !during.isDone());
            proxy.restore();
            assertThat(during.get(30, TimeUnit.SECONDS).offset()).isEqualTo(1);
        }
    }

    private static int port(String jdbcUrl) {
        return URI.create(jdbcUrl.substring("jdbc:".length())).getPort();
    }

    static final class Servers {

        private Servers() {}

        public static void main(String[] arguments) throws Exception {
            PostgresServer postgres = PostgresServer.builder().embedded().start();
            try (Connection connection = postgres.dataSource("postgres").getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("SHOW data_directory")) {
                result.next();
                Path data = Path.of(result.getString(1));
                System.out.println("pid "
                        + Files.readAllLines(data.resolve("postmaster.pid")).get(0));
            }
            KafkaServer kafka = KafkaServer.builder().embedded().start();
            KafkaServer second = KafkaServer.builder().ownProcess().start();
            System.out.println("kafka " + kafka.bootstrapServers() + " " + second.bootstrapServers());
            KafkaServer frozen = KafkaServer.builder().ownProcess().start();
            frozen.pause();
            System.out.println("frozen kafka " + frozen.bootstrapServers());
            new CountDownLatch(1).await();
        }
    }
}
