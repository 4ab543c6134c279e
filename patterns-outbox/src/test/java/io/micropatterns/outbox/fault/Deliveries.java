package io.micropatterns.outbox.fault;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.core.ConditionTimeoutException;

/** What a {@code read_committed} consumer of a topic is given, from its beginning. Not thread-safe. */
final class Deliveries implements AutoCloseable {

    private final String bootstrapServers;
    private final List<TopicPartition> partitions;
    private final KafkaConsumer<String, String> consumer;
    private final List<Delivery> all = new ArrayList<>();
    private final Set<UUID> ids = new HashSet<>();

    Deliveries(String bootstrapServers, String topic, int partitionCount) {
        this.bootstrapServers = bootstrapServers;
        this.partitions = new ArrayList<>();
        for (int partition = 0; partition < partitionCount; partition++) {
            partitions.add(new TopicPartition(topic, partition));
        }
        this.consumer = consumer("read_committed");
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    private KafkaConsumer<String, String> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", isolation),
                new StringDeserializer(),
                new StringDeserializer());
    }

    int size() {
        return all.size();
    }

    List<Delivery> all() {
        return all;
    }

    /** Reads on until so many records have come in all. */
    void awaitSize(int enough) {
        await("records").atMost(Ledger.LONG).pollDelay(Duration.ZERO).until(() -> poll() >= enough);
    }

    /** Reads on until these events have come; gives up in the end, for then the check can tell what is missing. */
    void awaitAll(Collection<UUID> expected) {
        try {
            await("all events").atMost(Ledger.LONG).pollDelay(Duration.ZERO).until(() -> {
                poll();
                return ids.size() >= expected.size() && ids.containsAll(expected);
            });
        } catch (ConditionTimeoutException e) {
            // The caller checks.
        }
    }

    /** Reads all that there is; to be called when nobody publishes any more. */
    void readToEnd() {
        Map<TopicPartition, Long> end;
        try (KafkaConsumer<String, String> uncommitted = consumer("read_uncommitted")) {
            end = uncommitted.endOffsets(partitions);
        }
        await("no transaction is left open at the end of the topic")
                .atMost(Ledger.LONG)
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    poll();
                    return partitions.stream()
                            .allMatch(partition -> consumer.position(partition) >= end.get(partition));
                });
    }

    private int poll() {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> {
            Delivery delivery = Delivery.of(record);
            all.add(delivery);
            ids.add(delivery.id());
        });
        return all.size();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
