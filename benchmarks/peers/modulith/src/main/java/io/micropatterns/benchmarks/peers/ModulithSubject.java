package io.micropatterns.benchmarks.peers;

import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.Subject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.support.TaskExecutorAdapter;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.EventExternalizationConfiguration;
import org.springframework.modulith.events.IncompleteEventPublications;
import org.springframework.modulith.events.RoutingTarget;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Spring Modulith's event publication registry with its Kafka externalization. It has no relay: events are sent by an
 * asynchronous listener after the commit, and what was left over is resubmitted. With the relay off the listener's
 * executor drops its tasks, as a crash after the commit would.
 */
public final class ModulithSubject implements Subject {

    private static final int THREADS = Integer.getInteger("peer.threads", 8);

    private ConfigurableApplicationContext context;
    private JdbcTemplate jdbc;

    @Override
    public void open(Environment environment) {
        Map<String, Object> properties = environment.springProperties();
        properties.put("spring.kafka.producer.acks", "all");
        properties.put("spring.kafka.producer.properties[linger.ms]", "0");
        properties.put("spring.modulith.events.jdbc.schema-initialization.enabled", "true");
        properties.put("spring.modulith.events.completion-mode", System.getProperty("peer.completion", "delete"));
        properties.put("benchmark.topic", environment.topic());
        context = new SpringApplicationBuilder(Application.class)
                .properties(properties)
                .run();
        jdbc = context.getBean(JdbcTemplate.class);
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
        context.publishEvent(event);
    }

    @Override
    public long waiting() {
        return jdbc.queryForObject("select count(*) from event_publication where completion_date is null", Long.class);
    }

    @Override
    public void startRelay() {
        context.getBean(Listeners.class).on = true;
        context.getBean(IncompleteEventPublications.class).resubmitIncompletePublicationsOlderThan(Duration.ZERO);
    }

    @Override
    public void stopRelay() {
        context.getBean(Listeners.class).on = false;
    }

    @Override
    public Map<String, Object> conditions() {
        return Map.of("threads-of-relay", THREADS, "completion-mode", System.getProperty("peer.completion", "delete"));
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }

    /** Runs the asynchronous listeners, or drops them. */
    static final class Listeners extends ThreadPoolExecutor {

        private volatile boolean on;

        Listeners() {
            super(THREADS, THREADS, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
        }

        @Override
        public void execute(Runnable task) {
            if (on) {
                super.execute(task);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean(destroyMethod = "shutdownNow")
        Listeners listeners() {
            return new Listeners();
        }

        @Bean
        AsyncTaskExecutor applicationTaskExecutor(Listeners listeners) {
            return new TaskExecutorAdapter(listeners);
        }

        @Bean
        EventExternalizationConfiguration externalization(@Value("${benchmark.topic}") String topic) {
            return EventExternalizationConfiguration.externalizing()
                    .select(event -> event instanceof OrderPlaced)
                    .route(
                            OrderPlaced.class,
                            event -> RoutingTarget.forTarget(topic).andKey(event.key()))
                    .build();
        }
    }
}
