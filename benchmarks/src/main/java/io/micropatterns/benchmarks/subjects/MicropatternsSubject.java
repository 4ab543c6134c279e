package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.Subject;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxMessage;
import io.micropatterns.outbox.OutboxMonitor;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.cdc.SlotKeeper;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * This library as a Spring Boot service uses it, exactly once to the stream unless told otherwise: its settings are
 * system properties.
 */
public final class MicropatternsSubject implements Subject {

    private static final Duration PARTITION = Duration.ofMinutes(1);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final String relay = System.getProperty("patterns.outbox.relay", "polling");
    private final boolean tableless =
            System.getProperty("patterns.outbox.storage", "table").equals("wal");
    private @Nullable ConfigurableApplicationContext context;
    private @Nullable Outbox outbox;
    private String topic = "";

    @Override
    public void open(Environment environment) throws InterruptedException {
        Map<String, Object> properties = environment.springProperties();
        properties.put("patterns.outbox.schema.initialize", "always");
        properties.put("patterns.outbox.limits.warn-pending", "0");
        properties.put("patterns.escrow.enabled", "false");
        if (environment.require("scenario").equals("growth")) {
            // A day's retention, in minutes.
            properties.put("patterns.outbox.retention.keep", "0s");
            properties.put("patterns.outbox.retention.partition-interval", PARTITION.toSeconds() + "s");
            properties.put("patterns.outbox.retention.check-interval", "5s");
        }
        properties.putAll(settings());
        context = new SpringApplicationBuilder(Application.class)
                .properties(properties)
                .run();
        outbox = context.getBean(Outbox.class);
        if (relay.equals("wal") || relay.equals("debezium")) {
            awaitStreaming();
        } else if (tableless) {
            // Without a slot to keep them, events would go to the table.
            context.getBean(SlotKeeper.class).create();
        }
        context.getBeanProvider(OutboxRelay.class).ifAvailable(OutboxRelay::stop);
        topic = environment.topic();
    }

    /** From then on a relay that begins again goes on with the log; what was stored before, it would poll. */
    private void awaitStreaming() throws InterruptedException {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource());
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (jdbc.queryForList("select 1 from patterns_outbox_shard where streamed is not null")
                .isEmpty()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The relay does not stream");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private ConfigurableApplicationContext context() {
        return Objects.requireNonNull(context, "Not open");
    }

    @Override
    public DataSource dataSource() {
        return context().getBean(DataSource.class);
    }

    @Override
    public PlatformTransactionManager transactionManager() {
        return context().getBean(PlatformTransactionManager.class);
    }

    @Override
    public void publish(OrderPlaced event) {
        Objects.requireNonNull(outbox, "Not open")
                .publish(OutboxMessage.to(topic)
                        .type("order-placed")
                        .key(event.key())
                        .payload(event));
    }

    @Override
    public long waiting() {
        if (tableless) {
            return -1;
        }
        // Unlike the sum, the figures by topic are never old.
        return context().getBean(OutboxMonitor.class).pendingByTopic().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public void startRelay() {
        context().getBean(OutboxRelay.class).start();
    }

    @Override
    public void stopRelay() {
        context().getBean(OutboxRelay.class).stop();
    }

    @Override
    public void retain() throws InterruptedException {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource());
        long end = System.nanoTime() + PARTITION.multipliedBy(4).toNanos();
        while (!isEmpty(jdbc)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("Published events have not left the table");
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private static boolean isEmpty(JdbcTemplate jdbc) {
        return jdbc.queryForList("select 1 from patterns_outbox limit 1").isEmpty();
    }

    @Override
    public Map<String, Object> conditions() {
        Map<String, Object> conditions = new HashMap<>(settings());
        boolean exactlyOnce = !"false".equals(conditions.get("patterns.outbox.kafka.exactly-once"));
        conditions.put("relay-delivery", exactlyOnce ? "exactly-once" : "at-least-once");
        return conditions;
    }

    /** The library's settings among the system properties. */
    private static Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>();
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("patterns."))
                .forEach(name -> settings.put(name, System.getProperty(name)));
        return settings;
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
