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
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What all clusters do alike: topics.
 */
abstract class AbstractKafkaServer implements KafkaServer {

    private static final int TIMEOUT_SECONDS = 60;

    private static final int LOOK_MILLIS = 10;

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
            awaitLeaders(admin, name);
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

    /** The controller answers before the brokers have heard of the topic. */
    private static void awaitLeaders(Admin admin, String topic)
            throws ExecutionException, TimeoutException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (!hasLeaders(admin, topic)) {
            if (System.nanoTime() > end) {
                throw new TimeoutException("Topic " + topic + " was created, and has no leader");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private static boolean hasLeaders(Admin admin, String topic)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            return admin
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .values()
                    .stream()
                    .flatMap(description -> description.partitions().stream())
                    .allMatch(partition -> partition.leader() != null);
        } catch (ExecutionException ex) {
            if (ex.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw ex;
        }
    }

    Admin admin() {
        return Admin.create(Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }
}
