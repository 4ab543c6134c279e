package io.micropatterns.benchmarks.kit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Where a subject runs and what it is asked.
 *
 * @param options {@code url}, {@code user}, {@code password}, {@code bootstrap}, {@code topic}, {@code scenario}
 *     and the scenario's own
 */
public record Environment(Map<String, String> options) {

    /** Connections in each subject's pool: enough for eight writers and a parallel relay. */
    public static final int POOL_SIZE = 32;

    /** The value of an option that is always given. */
    public String require(String name) {
        String value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException("Option " + name + " is missing");
        }
        return value;
    }

    /** The number of an option, or its default. */
    public int number(String name, int otherwise) {
        String value = options.get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    /** How long to warm up, unless the option says otherwise. */
    public Duration warmUp(int seconds) {
        return Duration.ofSeconds(number("warm-up-seconds", seconds));
    }

    /** The topic that the events go to. */
    public String topic() {
        return require("topic");
    }

    /** The broker's address. */
    public String bootstrap() {
        return require("bootstrap");
    }

    /** A connection pool, of the same size for every subject. */
    public HikariDataSource pool() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(require("url"));
        config.setUsername(require("user"));
        config.setPassword(require("password"));
        config.setMaximumPoolSize(POOL_SIZE);
        return new HikariDataSource(config);
    }

    /** The producer of a relay written by hand, which pipelines its sends. */
    public KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrap(),
                        "acks", "all",
                        "enable.idempotence", "true",
                        "linger.ms", "0",
                        "batch.size", "131072",
                        "buffer.memory", "67108864"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /** The same connections and broker as {@code spring.*} properties. */
    public Map<String, Object> springProperties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put("spring.datasource.url", require("url"));
        properties.put("spring.datasource.username", require("user"));
        properties.put("spring.datasource.password", require("password"));
        properties.put("spring.datasource.hikari.maximum-pool-size", POOL_SIZE);
        properties.put("spring.kafka.bootstrap-servers", bootstrap());
        properties.put("spring.main.banner-mode", "off");
        properties.put("spring.main.web-application-type", "none");
        return properties;
    }
}
