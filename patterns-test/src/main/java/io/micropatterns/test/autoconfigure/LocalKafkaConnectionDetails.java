package io.micropatterns.test.autoconfigure;

import io.micropatterns.test.kafka.KafkaServer;
import java.util.List;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;

/**
 * Tells Spring Boot where the local broker is, once it has started.
 *
 * @param server the server
 */
record LocalKafkaConnectionDetails(LocalServer<KafkaServer> server) implements KafkaConnectionDetails {

    @Override
    public List<String> getBootstrapServers() {
        return List.of(server.get().bootstrapServers().split(","));
    }
}
