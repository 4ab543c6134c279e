package io.micropatterns.outbox.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The compacted topic that keeps how far each shard has been published: one partition a shard, so that the last
 * committed record is found from the partition's end. Thread-safe.
 */
final class ProgressTopic {

    private static final int FIRST_LOOK_BACK = 100;

    private final Admin admin;
    private final Map<String, Object> consumerConfig;
    private final String topic;
    private final byte[] key;
    private final int partitions;

    ProgressTopic(Admin admin, Map<String, Object> consumerConfig, String topic, String identity, int partitions) {
        this.admin = admin;
        this.consumerConfig = consumerConfig;
        this.topic = topic;
        this.key = identity.getBytes(StandardCharsets.UTF_8);
        this.partitions = partitions;
    }

    ProducerRecord<byte[], byte[]> record(int shard, String progress) {
        return new ProducerRecord<>(topic, shard, key, progress.getBytes(StandardCharsets.UTF_8));
    }

    /** Creates the topic, or adds partitions to it, when the shard has none yet. */
    void ensure(int shard) {
        int wanted = Math.max(partitions, shard + 1);
        try {
            int existing = AdminCalls.await(admin.describeTopics(List.of(topic))
                            .topicNameValues()
                            .get(topic))
                    .partitions()
                    .size();
            if (existing <= shard) {
                AdminCalls.await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(wanted)))
                        .all());
            }
        } catch (UnknownTopicOrPartitionException e) {
            create(wanted);
        }
    }

    private void create(int wanted) {
        NewTopic created = new NewTopic(topic, Optional.of(wanted), Optional.empty())
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(4 * 1024 * 1024),
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        "0.1"));
        try {
            AdminCalls.await(admin.createTopics(List.of(created)).all());
        } catch (TopicExistsException e) {
            // Another instance was quicker.
        }
    }

    /** The last committed progress of a shard; call it when nobody else can commit for the shard any more. */
    Optional<String> read(int shard) {
        TopicPartition partition = new TopicPartition(topic, shard);
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerConfig)) {
            consumer.assign(List.of(partition));
            long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long lookBack = FIRST_LOOK_BACK;
            while (true) {
                long from = Math.max(begin, end - lookBack);
                Optional<String> last = lastBetween(consumer, partition, from, end);
                if (last.isPresent() || from == begin) {
                    return last;
                }
                lookBack *= 10;
            }
        }
    }

    private Optional<String> lastBetween(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, long from, long end) {
        consumer.seek(partition, from);
        Optional<String> last = Optional.empty();
        int emptyPolls = 0;
        while (consumer.position(partition) < end) {
            List<ConsumerRecord<byte[], byte[]>> records =
                    consumer.poll(Duration.ofSeconds(1)).records(partition);
            emptyPolls = records.isEmpty() ? emptyPolls + 1 : 0;
            if (emptyPolls > KafkaDefaults.REQUEST_TIMEOUT.toSeconds()) {
                throw new TimeoutException("the progress topic " + partition + " could not be read");
            }
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (Arrays.equals(record.key(), key)) {
                    last = Optional.of(new String(record.value(), StandardCharsets.UTF_8));
                }
            }
        }
        return last;
    }
}
