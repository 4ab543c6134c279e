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
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Brokers started from this JVM, inside it or in a JVM of their own.
 */
final class EmbeddedKafkaServer extends AbstractKafkaServer {

    private static final Logger logger = LoggerFactory.getLogger(EmbeddedKafkaServer.class);

    private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

    private static final int PORT_ATTEMPTS = 5;

    /** More than once: brokers in a JVM of their own are killed meanwhile, and may be about to write a file. */
    private static final String REMOVE =
            "for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf \"$1\"; [ -e \"$1\" ] || exit 0; sleep 0.2; done";

    private final Brokers brokers;

    private final int size;

    private final Path directory;

    private final boolean temporary;

    private final ExitGuard guard;

    private boolean closed;

    private EmbeddedKafkaServer(
            String bootstrapServers, Brokers brokers, int size, Path directory, boolean temporary, ExitGuard guard) {
        super(bootstrapServers);
        this.brokers = brokers;
        this.size = size;
        this.directory = directory;
        this.temporary = temporary;
        this.guard = guard;
    }

    static KafkaServer start(EmbeddedKafkaOptions options) {
        int attemptsLeft = options.port() == 0 ? PORT_ATTEMPTS : 1;
        while (true) {
            attemptsLeft--;
            EmbeddedKafkaServer server = create(options);
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

    private static EmbeddedKafkaServer create(EmbeddedKafkaOptions options) {
        Path dataDirectory = options.dataDirectory();
        try {
            Path directory = dataDirectory != null
                    ? Files.createDirectories(dataDirectory)
                    : Files.createTempDirectory("patterns-kafka-");
            List<KafkaNodeConfig> nodes = nodes(options, directory);
            ExitGuard guard =
                    dataDirectory != null ? ExitGuard.start("exit 0") : ExitGuard.start(REMOVE, directory.toString());
            return new EmbeddedKafkaServer(
                    nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(",")),
                    options.ownProcess() ? new ChildBrokers(nodes) : new LocalBrokers(nodes),
                    nodes.size(),
                    directory,
                    dataDirectory == null,
                    guard);
        } catch (IOException ex) {
            throw new KafkaServerException("Cannot prepare the data directory " + dataDirectory, ex);
        }
    }

    private static List<KafkaNodeConfig> nodes(EmbeddedKafkaOptions options, Path directory) throws IOException {
        String clusterId = clusterId(directory);
        int controllerPort = Ports.free();
        List<KafkaNodeConfig> nodes = new ArrayList<>();
        for (int id = KafkaNodeConfig.CONTROLLER_ID; id <= options.brokers(); id++) {
            int port = id == KafkaNodeConfig.CONTROLLER_ID && options.port() != 0 ? options.port() : Ports.free();
            nodes.add(new KafkaNodeConfig(
                    id,
                    clusterId,
                    nodeDirectory(directory, id),
                    port,
                    options.advertisedPort() != 0 ? options.advertisedPort() : port,
                    Ports.free(),
                    controllerPort,
                    options.brokerProperties()));
        }
        return nodes;
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
        brokers.start();
        awaitReady();
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        try (Admin admin = admin()) {
            while (admin.describeCluster()
                            .nodes()
                            .get(READY_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                            .size()
                    < size) {
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
        brokers.stop();
    }

    @Override
    public synchronized void stopHard() {
        brokers.stopHard();
    }

    @Override
    public synchronized void pause() {
        brokers.pause();
    }

    @Override
    public synchronized void resume() {
        brokers.resume();
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
