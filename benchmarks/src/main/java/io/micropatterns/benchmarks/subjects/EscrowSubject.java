package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.StockSubject;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.ReservationRequest;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** This library's escrow, as a Spring Boot service uses it. */
public final class EscrowSubject implements StockSubject {

    private @Nullable ConfigurableApplicationContext context;
    private @Nullable Escrow escrow;

    @Override
    public void open(Environment environment) {
        Map<String, Object> properties = environment.springProperties();
        properties.put("patterns.outbox.enabled", "false");
        context = new SpringApplicationBuilder(Application.class)
                .properties(properties)
                .run();
        escrow = context.getBean(Escrow.class);
    }

    private EscrowResources resources() {
        return Objects.requireNonNull(context, "Not open").getBean(EscrowResources.class);
    }

    private Escrow escrow() {
        return Objects.requireNonNull(escrow, "Not open");
    }

    @Override
    public void stock(int items, long each) {
        for (int i = 0; i < items; i++) {
            resources().create(StockSubject.item(i), each);
        }
    }

    @Override
    public void reserve(String item) {
        escrow().reserve(item, 1);
    }

    @Override
    public CompletableFuture<?> reserveAsync(String item) {
        return escrow().reserveAsync(ReservationRequest.of(item, 1));
    }

    @Override
    public long reservations() {
        if (!resources().verify().isEmpty()) {
            throw new IllegalStateException(resources().verify().toString());
        }
        return resources().findAll().stream()
                .mapToLong(resource -> resource.held() + resource.consumed())
                .sum();
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
