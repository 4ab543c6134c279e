package io.micropatterns.outbox.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What the relay's Kafka clients need: firm where the guarantees depend on it, a default where the user may choose. */
final class KafkaDefaults {

    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    private KafkaDefaults() {}

    static Map<String, Object> producer(Map<String, Object> user, boolean exactlyOnce) {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 512 * 1024);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 64L * 1024 * 1024);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 40_000);
        // The pause before a page that follows hard on another's commit; the client's 100 ms would be its latency.
        config.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
        config.putAll(user);
        // Kafka wants it no shorter than these two together, which the user may have made longer.
        config.putIfAbsent(
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                Math.max(
                        30_000,
                        millis(config, ProducerConfig.LINGER_MS_CONFIG)
                                + millis(config, ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG)));
        config.keySet()
                .removeAll(Set.of(
                        ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG));
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        if (exactlyOnce) {
            // Sequences begin anew with each transaction: a second batch under way before the first is known is
            // refused.
            config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        } else {
            config.remove(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        }
        return config;
    }

    static Duration transactionTimeout(Map<String, Object> producer) {
        return Duration.ofMillis(millis(producer, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG));
    }

    private static int millis(Map<String, Object> config, String key) {
        return (int) Objects.requireNonNullElse(
                ConfigDef.parseType(key, config.getOrDefault(key, 0), ConfigDef.Type.INT), 0);
    }

    static Map<String, Object> consumer(Map<String, Object> user) {
        Map<String, Object> config = new HashMap<>(user);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        // It reads up to an offset that is there already, and a broker would wait at the end for more to come.
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis());
        return config;
    }

    static Map<String, Object> admin(Map<String, Object> user) {
        Map<String, Object> config = new HashMap<>(user);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis());
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis() / 2);
        return config;
    }
}
