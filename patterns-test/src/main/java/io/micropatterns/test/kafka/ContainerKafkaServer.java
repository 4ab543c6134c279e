package io.micropatterns.test.kafka;

import io.micropatterns.test.ContainerImages;
import io.micropatterns.test.ServerKind;
import io.micropatterns.test.ServerSettings;
import java.util.Locale;
import java.util.Map;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A broker in a container.
 */
final class ContainerKafkaServer extends AbstractKafkaServer implements UnkillableKafkaServer {

    private static final String DEFAULT_IMAGE = "apache/kafka-native:4.2.1";

    private final KafkaContainer container;

    private ContainerKafkaServer(KafkaContainer container) {
        super(container.getBootstrapServers());
        this.container = container;
    }

    static KafkaServer start(Map<String, String> properties) {
        DockerImageName image = DockerImageName.parse(ServerSettings.get("kafka.image", DEFAULT_IMAGE))
                .asCompatibleSubstituteFor("apache/kafka-native");
        KafkaContainer container = new KafkaContainer(image);
        properties.forEach((name, value) ->
                container.withEnv("KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
        try {
            ContainerImages.require(image);
            container.start();
        } catch (RuntimeException ex) {
            container.close();
            throw new KafkaServerException(
                    "The container " + image + " did not start; set patterns.test.kafka.kind=embedded to do without",
                    ex);
        }
        return new ContainerKafkaServer(container);
    }

    @Override
    public ServerKind kind() {
        return ServerKind.CONTAINER;
    }

    @Override
    public void stop() {
        throw unsupported("stopped");
    }

    @Override
    public void restart() {
        throw unsupported("restarted");
    }

    @Override
    public void close() {
        container.close();
    }

    @Override
    public UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException("A Kafka container cannot be " + what
                + " and keep its port: call embedded() on the builder for a cluster that can");
    }
}
