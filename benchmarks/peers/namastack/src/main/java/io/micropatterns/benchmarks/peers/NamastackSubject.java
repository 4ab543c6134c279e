package io.micropatterns.benchmarks.peers;

import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.Subject;
import io.namastack.outbox.Outbox;
import io.namastack.outbox.OutboxProcessingScheduler;
import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import tools.jackson.databind.json.JsonMapper;

/** namastack-outbox with its JDBC starter and a handler that sends to Kafka and waits, as its documentation shows. */
public final class NamastackSubject implements Subject {

    private static final int THREADS = Integer.getInteger("peer.threads", 16);
    private static final int BATCH = Integer.getInteger("peer.batch", 1_000);
    private static final String INTERVAL = System.getProperty("peer.interval", "10ms");
    private static final boolean DELETE = !"false".equals(System.getProperty("peer.delete"));

    private ConfigurableApplicationContext context;
    private Outbox outbox;
    private OutboxProcessingScheduler scheduler;
    private JdbcTemplate jdbc;

    @Override
    public void open(Environment environment) {
        Map<String, Object> properties = environment.springProperties();
        properties.put("spring.kafka.producer.acks", "all");
        properties.put("spring.kafka.producer.properties[linger.ms]", "0");
        properties.put("namastack.outbox.polling.batch-size", BATCH);
        properties.put("namastack.outbox.polling.fixed.interval", INTERVAL);
        properties.put("namastack.outbox.processing.executor-core-pool-size", THREADS);
        properties.put("namastack.outbox.processing.executor-max-pool-size", THREADS);
        properties.put("namastack.outbox.processing.delete-completed-records", DELETE);
        properties.put("namastack.outbox.instance.rebalance-interval", "1s");
        properties.put("benchmark.topic", environment.topic());
        context = new SpringApplicationBuilder(Application.class)
                .properties(properties)
                .run();
        outbox = context.getBean(Outbox.class);
        jdbc = context.getBean(JdbcTemplate.class);
        scheduler = context.getBean(OutboxProcessingScheduler.class);
        scheduler.stop();
    }

    @Override
    public DataSource dataSource() {
        return context.getBean(DataSource.class);
    }

    @Override
    public PlatformTransactionManager transactionManager() {
        return context.getBean(PlatformTransactionManager.class);
    }

    @Override
    public void publish(OrderPlaced event) {
        outbox.schedule(event, event.key());
    }

    @Override
    public long waiting() {
        return jdbc.queryForObject("select count(*) from outbox_record where status <> 'COMPLETED'", Long.class);
    }

    @Override
    public void startRelay() {
        scheduler.start();
    }

    @Override
    public void stopRelay() {
        scheduler.stop();
    }

    @Override
    public Map<String, Object> conditions() {
        return Map.of(
                "threads-of-relay",
                THREADS,
                "batch-size",
                BATCH,
                "poll-interval",
                INTERVAL,
                "delete-completed",
                DELETE);
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        OrderPlacedHandler orderPlacedHandler(
                KafkaTemplate<Object, Object> kafka, JsonMapper mapper, @Value("${benchmark.topic}") String topic) {
            return new OrderPlacedHandler(kafka, mapper, topic);
        }
    }

    /** Sends one event and waits for the broker. */
    public static final class OrderPlacedHandler implements OutboxTypedHandler<OrderPlaced> {

        private final KafkaTemplate<Object, Object> kafka;
        private final JsonMapper mapper;
        private final String topic;

        OrderPlacedHandler(KafkaTemplate<Object, Object> kafka, JsonMapper mapper, String topic) {
            this.kafka = kafka;
            this.mapper = mapper;
            this.topic = topic;
        }

        @Override
        public void handle(OrderPlaced event, OutboxRecordMetadata metadata) {
            kafka.send(topic, event.key(), mapper.writeValueAsString(event)).join();
        }
    }
}
