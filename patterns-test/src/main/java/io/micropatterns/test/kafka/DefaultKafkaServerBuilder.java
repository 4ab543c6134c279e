package io.micropatterns.test.kafka;

import io.micropatterns.test.ServerKind;
import io.micropatterns.test.ServerSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class DefaultKafkaServerBuilder implements KafkaServer.Builder {

    private static final Logger logger = LoggerFactory.getLogger(DefaultKafkaServerBuilder.class);

    private static final int MAX_BROKERS = 9;

    private final Map<String, String> properties = new LinkedHashMap<>();

    private boolean embedded;

    private boolean ownProcess;

    private int brokers = 1;

    private boolean autoCreateTopics = true;

    private int port;

    private int advertisedPort;

    private @Nullable Path dataDirectory;

    @Override
    public KafkaServer.Builder embedded() {
        this.embedded = true;
        return this;
    }

    @Override
    public KafkaServer.Builder ownProcess() {
        this.ownProcess = true;
        return embedded();
    }

    @Override
    public KafkaServer.Builder brokers(int brokers) {
        if (brokers < 1 || brokers > MAX_BROKERS) {
            throw new IllegalArgumentException("brokers must be between 1 and " + MAX_BROKERS + ", but is " + brokers);
        }
        this.brokers = brokers;
        return this;
    }

    @Override
    public KafkaServer.Builder brokerProperty(String name, String value) {
        this.properties.put(name, value);
        return this;
    }

    @Override
    public KafkaServer.Builder autoCreateTopics(boolean autoCreateTopics) {
        this.autoCreateTopics = autoCreateTopics;
        return this;
    }

    @Override
    public KafkaServer.Builder port(int port) {
        this.port = checkedPort("port", port);
        return this;
    }

    @Override
    public KafkaServer.Builder advertisedPort(int advertisedPort) {
        this.advertisedPort = checkedPort("advertisedPort", advertisedPort);
        return this;
    }

    @Override
    public KafkaServer.Builder dataDirectory(Path dataDirectory) {
        this.dataDirectory = dataDirectory.toAbsolutePath();
        return this;
    }

    @Override
    public KafkaServer start() {
        if (advertisedPort != 0 && brokers != 1) {
            throw new IllegalArgumentException("advertisedPort is for one broker, but brokers is " + brokers);
        }
        if (embedded) {
            return startEmbedded();
        }
        String bootstrapServers = ServerSettings.get("kafka.bootstrap-servers");
        if (bootstrapServers != null) {
            return new ExternalKafkaServer(bootstrapServers);
        }
        List<ServerKind> kinds = ServerSettings.startedKinds("kafka");
        if (!kinds.contains(ServerKind.CONTAINER)) {
            return startEmbedded();
        }
        if (brokers != 1 || port != 0 || advertisedPort != 0 || dataDirectory != null) {
            throw new UnsupportedOperationException("A Kafka container has one broker and no choice of port and data"
                    + " directory: call embedded() on the builder");
        }
        try {
            return ContainerKafkaServer.start(brokerProperties());
        } catch (KafkaServerException ex) {
            if (!kinds.contains(ServerKind.EMBEDDED)) {
                throw ex;
            }
            logger.warn("Kafka starts without a container, because none did", ex);
            return startEmbedded();
        }
    }

    private KafkaServer startEmbedded() {
        return EmbeddedKafkaServer.start(
                new EmbeddedKafkaOptions(brokers, ownProcess, port, advertisedPort, dataDirectory, brokerProperties()));
    }

    private Map<String, String> brokerProperties() {
        String replicas = Integer.toString(Math.min(brokers, 3));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("auto.create.topics.enable", Boolean.toString(autoCreateTopics));
        all.put("offsets.topic.replication.factor", replicas);
        all.put("offsets.topic.num.partitions", "5");
        all.put("transaction.state.log.replication.factor", replicas);
        all.put("transaction.state.log.min.isr", "1");
        all.put("transaction.state.log.num.partitions", "5");
        all.put("share.coordinator.state.topic.replication.factor", replicas);
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.put("share.coordinator.state.topic.num.partitions", "5");
        all.put("group.initial.rebalance.delay.ms", "0");
        if (ownProcess) {
            // For so long the controller takes a killed broker to be running, and refuses the one that comes back.
            all.put("broker.session.timeout.ms", "2000");
        }
        all.putAll(properties);
        return all;
    }

    private static int checkedPort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " must be between 0 and 65535, but is " + port);
        }
        return port;
    }
}
