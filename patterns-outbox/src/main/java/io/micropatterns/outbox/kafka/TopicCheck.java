package io.micropatterns.outbox.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Looks topics up before anything is sent to them, because a producer that does not find one blocks everything else for
 * {@code max.block.ms}. Honours the broker's auto-creation. One per session, so a topic that was deleted is noticed when
 * the session is opened again. Not thread-safe.
 */
final class TopicCheck {

    private static final int CREATION_LOOKS = 100;

    /** It is not known whether there is anything to wait for. */
    private static final int TENTATIVE_LOOKS = 20;

    private static final long CREATION_PAUSE_MILLIS = 50;

    private final Admin admin;
    private final Map<String, Object> consumerConfig;
    private final Set<String> known = new HashSet<>();

    TopicCheck(Admin admin, Map<String, Object> consumerConfig) {
        this.admin = admin;
        this.consumerConfig = consumerConfig;
    }

    /** Why each of these topics cannot be published to; empty when all can. */
    Map<String, KafkaException> unusable(Collection<String> topics) {
        Set<String> unknown = new TreeSet<>(topics);
        unknown.removeAll(known);
        return unknown.isEmpty() ? Map.of() : lookUp(unknown);
    }

    private Map<String, KafkaException> lookUp(Set<String> topics) {
        Map<String, KafkaException> unusable = new HashMap<>();
        Map<String, KafkaFuture<TopicDescription>> answers =
                admin.describeTopics(topics).topicNameValues();
        for (String topic : topics) {
            try {
                AdminCalls.await(answers.get(topic));
                known.add(topic);
            } catch (UnknownTopicOrPartitionException e) {
                if (autoCreated(topic)) {
                    known.add(topic);
                } else {
                    unusable.put(
                            topic,
                            new UnknownTopicOrPartitionException("topic '" + topic
                                    + "' does not exist, and the broker does not create it by itself for this client; create it and"
                                    + " retry the dead letter"));
                }
            } catch (InvalidTopicException | TopicAuthorizationException e) {
                unusable.put(topic, e);
            }
        }
        return unusable;
    }

    private boolean autoCreated(String topic) {
        int looks = creationLooks();
        if (looks == 0) {
            return false;
        }
        Map<String, Object> config = new HashMap<>(consumerConfig);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, true);
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
            for (int look = 0; look < looks; look++) {
                List<?> partitions = consumer.partitionsFor(topic);
                if (partitions != null && !partitions.isEmpty()) {
                    return true;
                }
                pause();
            }
            return false;
        } catch (InvalidTopicException | TopicAuthorizationException e) {
            return false;
        }
    }

    private int creationLooks() {
        try {
            Node broker =
                    AdminCalls.await(admin.describeCluster().nodes()).iterator().next();
            ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, broker.idString());
            boolean creates = Boolean.parseBoolean(AdminCalls.await(
                            admin.describeConfigs(List.of(resource)).values().get(resource))
                    .get("auto.create.topics.enable")
                    .value());
            return creates ? CREATION_LOOKS : 0;
        } catch (RuntimeException e) {
            // Without permission to ask, only trying tells.
            return TENTATIVE_LOOKS;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(CREATION_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }
}
