package io.micropatterns.test.junit;

import java.util.List;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;

/**
 * Tells Spring Boot where a test's Kafka is.
 *
 * @param bootstrapServers the brokers' addresses, separated by commas
 */
record KafkaServerConnectionDetails(String bootstrapServers) implements KafkaConnectionDetails {

    @Override
    public List<String> getBootstrapServers() {
        return List.of(bootstrapServers.split(","));
    }
}
