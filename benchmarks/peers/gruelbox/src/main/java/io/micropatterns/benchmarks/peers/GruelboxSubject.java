package io.micropatterns.benchmarks.peers;

import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.Instantiator;
import com.gruelbox.transactionoutbox.Persistor;
import com.gruelbox.transactionoutbox.SpringTransactionManager;
import com.gruelbox.transactionoutbox.Submitter;
import com.gruelbox.transactionoutbox.TransactionManager;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.Subject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import tools.jackson.databind.json.JsonMapper;

/**
 * gruelbox transaction-outbox: a scheduled call that sends to Kafka and waits, submitted after the commit, with
 * {@code flush()} in a loop for what was left over. With the relay off nothing is submitted.
 */
public final class GruelboxSubject implements Subject {

    private static final int THREADS = Integer.getInteger("peer.threads", 8);
    private static final int FLUSH_BATCH = 4_096;

    private final JsonMapper mapper = JsonMapper.builder().build();
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(16_384),
            new ThreadPoolExecutor.CallerRunsPolicy());
    private AnnotationConfigApplicationContext context;
    private HikariDataSource pool;
    private KafkaProducer<String, String> producer;
    private TransactionOutbox outbox;
    private JdbcTemplate jdbc;
    private String topic;
    private volatile boolean on;
    private Thread flusher;

    /** What the outbox calls once the transaction has committed. */
    public interface Sender {

        void send(String topic, String key, String payload);
    }

    @Override
    public void open(Environment environment) {
        pool = environment.pool();
        jdbc = new JdbcTemplate(pool);
        topic = environment.topic();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", environment.bootstrap(), "acks", "all", "linger.ms", "0"),
                new StringSerializer(),
                new StringSerializer());
        context = new AnnotationConfigApplicationContext();
        context.registerBean(DataSource.class, () -> pool);
        context.register(Application.class);
        context.refresh();
        Submitter submitter = Submitter.withExecutor(executor);
        Sender sender = this::send;
        outbox = TransactionOutbox.builder()
                .transactionManager(context.getBean(TransactionManager.class))
                .instantiator(Instantiator.using(type -> sender))
                .persistor(Persistor.forDialect(Dialect.POSTGRESQL_9))
                .submitter((entry, process) -> {
                    if (on) {
                        submitter.submit(entry, process);
                    }
                })
                .attemptFrequency(Duration.ofMinutes(2))
                .flushBatchSize(FLUSH_BATCH)
                .build();
    }

    private void send(String topic, String key, String payload) {
        try {
            producer.send(new ProducerRecord<>(topic, key, payload)).get();
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public DataSource dataSource() {
        return pool;
    }

    @Override
    public PlatformTransactionManager transactionManager() {
        return context.getBean(PlatformTransactionManager.class);
    }

    @Override
    public void publish(OrderPlaced event) {
        outbox.schedule(Sender.class).send(topic, event.key(), mapper.writeValueAsString(event));
    }

    @Override
    public long waiting() {
        return jdbc.queryForObject("select count(*) from txno_outbox", Long.class);
    }

    @Override
    public void prepareDrain() {
        jdbc.update("update txno_outbox set nextattempttime = now()");
    }

    @Override
    public void startRelay() {
        on = true;
        flusher = new Thread(this::flush, "gruelbox-flush");
        flusher.start();
    }

    private void flush() {
        try {
            while (on) {
                if (!outbox.flush()) {
                    TimeUnit.MILLISECONDS.sleep(500);
                }
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stopRelay() {
        on = false;
        if (flusher != null) {
            try {
                flusher.join();
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Map<String, Object> conditions() {
        return Map.of("threads-of-relay", THREADS, "flush-batch", FLUSH_BATCH);
    }

    @Override
    public void close() {
        stopRelay();
        executor.shutdownNow();
        if (producer != null) {
            producer.close();
        }
        if (context != null) {
            context.close();
        }
        if (pool != null) {
            pool.close();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    @Import(SpringTransactionManager.class)
    static class Application {

        @Bean
        JdbcTransactionManager transactionManager(DataSource dataSource) {
            return new JdbcTransactionManager(dataSource);
        }
    }
}
