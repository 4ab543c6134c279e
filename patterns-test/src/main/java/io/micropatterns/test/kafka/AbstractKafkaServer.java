package io.micropatterns.test.kafka;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * What all clusters do alike: topics.
 */
abstract class AbstractKafkaServer implements KafkaServer {

    private static final int TIMEOUT_SECONDS = 60;

    private final String bootstrapServers;

    AbstractKafkaServer(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    @Override
    public String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(configs);
        try (Admin admin = admin()) {
            admin.createTopics(List.of(topic)).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException ex) {
            throw new KafkaServerException(
                    "Cannot create the topic " + name + " on " + bootstrapServers, ex.getCause());
        } catch (TimeoutException ex) {
            throw new KafkaServerException("No answer from " + bootstrapServers + " about the topic " + name, ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new KafkaServerException("Interrupted while creating the topic " + name, ex);
        }
    }

    Admin admin() {
        return Admin.create(Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }
}
