package io.micropatterns.test.kafka;

import io.micropatterns.test.ServerKind;
import io.micropatterns.test.network.Ports;
import io.micropatterns.test.process.ExitGuard;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Brokers inside this JVM.
 */
final class EmbeddedKafkaServer extends AbstractKafkaServer {

    private static final Logger logger = LoggerFactory.getLogger(EmbeddedKafkaServer.class);

    private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

    private static final int PORT_ATTEMPTS = 5;

    private final List<KafkaNode> nodes;

    private final Path directory;

    private final boolean temporary;

    private final ExitGuard guard;

    private boolean closed;

    private EmbeddedKafkaServer(
            String bootstrapServers, List<KafkaNode> nodes, Path directory, boolean temporary, ExitGuard guard) {
        super(bootstrapServers);
        this.nodes = nodes;
        this.directory = directory;
        this.temporary = temporary;
        this.guard = guard;
    }

    static KafkaServer start(
            int brokers, int port, int advertisedPort, @Nullable Path dataDirectory, Map<String, String> properties) {
        int attemptsLeft = port == 0 ? PORT_ATTEMPTS : 1;
        while (true) {
            attemptsLeft--;
            EmbeddedKafkaServer server = create(brokers, port, advertisedPort, dataDirectory, properties);
            try {
                server.launch();
                logger.info("Kafka is ready at {} (data in {})", server.bootstrapServers(), server.directory);
                return server;
            } catch (RuntimeException ex) {
                server.close();
                // Somebody else may have taken a port that was free a moment ago.
                if (attemptsLeft == 0 || !isPortTaken(ex)) {
                    throw new KafkaServerException("Kafka did not start at " + server.bootstrapServers(), ex);
                }
            }
        }
    }

    private static EmbeddedKafkaServer create(
            int brokers, int port, int advertisedPort, @Nullable Path dataDirectory, Map<String, String> properties) {
        try {
            Path directory = dataDirectory != null
                    ? Files.createDirectories(dataDirectory)
                    : Files.createTempDirectory("patterns-kafka-");
            String clusterId = clusterId(directory);
            int controllerPort = Ports.free();
            List<KafkaNode> nodes = new ArrayList<>();
            List<String> addresses = new ArrayList<>();
            for (int id = KafkaNodeConfig.CONTROLLER_ID; id <= brokers; id++) {
                int nodePort = id == KafkaNodeConfig.CONTROLLER_ID && port != 0 ? port : Ports.free();
                nodes.add(new KafkaNode(new KafkaNodeConfig(
                        id,
                        clusterId,
                        nodeDirectory(directory, id),
                        nodePort,
                        advertisedPort != 0 ? advertisedPort : nodePort,
                        Ports.free(),
                        controllerPort,
                        properties)));
                addresses.add("127.0.0.1:" + nodePort);
            }
            ExitGuard guard = dataDirectory != null
                    ? ExitGuard.start("exit 0")
                    : ExitGuard.start("rm -rf \"$1\"", directory.toString());
            return new EmbeddedKafkaServer(String.join(",", addresses), nodes, directory, dataDirectory == null, guard);
        } catch (IOException ex) {
            throw new KafkaServerException("Cannot prepare the data directory " + dataDirectory, ex);
        }
    }

    private static Path nodeDirectory(Path directory, int id) {
        return directory.resolve("node-" + id);
    }

    private static String clusterId(Path directory) throws IOException {
        Path file = nodeDirectory(directory, KafkaNodeConfig.CONTROLLER_ID).resolve("meta.properties");
        if (!Files.exists(file)) {
            return Uuid.randomUuid().toString();
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        return properties.getProperty("cluster.id");
    }

    private static boolean isPortTaken(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    private void launch() {
        nodes.forEach(KafkaNode::start);
        awaitReady();
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        try (Admin admin = admin()) {
            while (admin.describeCluster()
                            .nodes()
                            .get(READY_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                            .size()
                    < nodes.size()) {
                if (System.nanoTime() > deadline) {
                    throw new KafkaServerException("Not all brokers of " + bootstrapServers() + " have joined", null);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        } catch (ExecutionException ex) {
            throw new KafkaServerException("The cluster at " + bootstrapServers() + " does not answer", ex.getCause());
        } catch (TimeoutException ex) {
            throw new KafkaServerException("The cluster at " + bootstrapServers() + " does not answer", ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new KafkaServerException("Interrupted while waiting for " + bootstrapServers(), ex);
        }
    }

    @Override
    public ServerKind kind() {
        return ServerKind.EMBEDDED;
    }

    @Override
    public synchronized void stop() {
        // The controller's node last, so that the others can take their leave.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).stop();
        }
    }

    @Override
    public synchronized void restart() {
        if (closed) {
            throw new IllegalStateException("The cluster at " + bootstrapServers() + " is closed");
        }
        stop();
        launch();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            stop();
        } finally {
            guard.close();
            if (temporary) {
                FileSystemUtils.deleteRecursively(directory.toFile());
            }
        }
    }
}
