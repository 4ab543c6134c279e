package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.Subject;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxMessage;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** This library as a Spring Boot service uses it, exactly once to the stream unless told otherwise. */
public class MicropatternsSubject implements Subject {

    private final boolean exactlyOnce;
    private @Nullable ConfigurableApplicationContext context;
    private @Nullable Outbox outbox;
    private String topic = "";

    /** With exactly-once on. */
    public MicropatternsSubject() {
        this(true);
    }

    MicropatternsSubject(boolean exactlyOnce) {
        this.exactlyOnce = exactlyOnce;
    }

    @Override
    public void open(Environment environment) {
        Map<String, Object> properties = environment.springProperties();
        properties.put("patterns.outbox.schema.initialize", "always");
        properties.put("patterns.outbox.kafka.exactly-once", exactlyOnce);
        context = new SpringApplicationBuilder(Application.class)
                .properties(properties)
                .run();
        outbox = context.getBean(Outbox.class);
        topic = environment.topic();
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
                .publish(OutboxMessage.to(topic).type("order-placed").key(event.key()).payload(event));
    }

    @Override
    public long waiting() {
        return -1;
    }

    @Override
    public void startRelay() {
        throw new UnsupportedOperationException("The relay is not there yet");
    }

    @Override
    public void stopRelay() {}

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
