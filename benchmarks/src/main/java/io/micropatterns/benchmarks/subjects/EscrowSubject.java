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
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** This library's escrow, as a Spring Boot service uses it. */
public final class EscrowSubject implements StockSubject {

    private @Nullable ConfigurableApplicationContext context;
    private @Nullable Escrow escrow;
    private @Nullable JdbcTemplate jdbc;
    private @Nullable TransactionTemplate transaction;

    @Override
    public void open(Environment environment) {
        Map<String, Object> properties = environment.springProperties();
        properties.put("patterns.outbox.enabled", "false");
        context = new SpringApplicationBuilder(Application.class)
                .properties(properties)
                .run();
        escrow = context.getBean(Escrow.class);
        jdbc = context.getBean(JdbcTemplate.class);
        transaction = context.getBean(TransactionTemplate.class);
        Orders.createTable(jdbc);
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
    public void order(String item) {
        Objects.requireNonNull(transaction, "Not open").executeWithoutResult(status -> {
            Orders.insert(jdbc(), item);
            escrow().reserve(item, 1);
        });
    }

    private JdbcTemplate jdbc() {
        return Objects.requireNonNull(jdbc, "Not open");
    }

    /** Ids of an hour ago, as such an escrow has them. */
    @Override
    public void fill(int items, long reservations, boolean due) {
        Objects.requireNonNull(transaction, "Not open").executeWithoutResult(status -> {
            jdbc().update(
                            "insert into patterns_escrow_hold (reservation, line, resource, stripe, quantity, expires_at)"
                                    + " select (lpad(to_hex((extract(epoch from now() - interval '1 h') * 1000)::bigint), 12, '0')"
                                    + " || '7000' || lpad(to_hex(i), 16, '0'))::uuid, 0, 'item-' || (i * 7919 % ?), 0, 1,"
                                    + " now() + ? * interval '1 s' - (? - i) * interval '1 us' from generate_series(1, ?::bigint) i",
                            items, due ? 0 : 86_400, reservations, reservations);
            jdbc().update("update patterns_escrow_stock s set held = s.held + h.n, available = s.available - h.n"
                    + " from (select resource, count(*) as n from patterns_escrow_hold where reservation"
                    + " < (lpad(to_hex((extract(epoch from now() - interval '30 min') * 1000)::bigint), 12, '0')"
                    + " || repeat('0', 20))::uuid group by resource) h where s.resource = h.resource");
        });
        if (!due) {
            jdbc().execute("vacuum analyze patterns_escrow_hold");
            // What the filling has left to be written is none of the callers' business.
            jdbc().execute("checkpoint");
        }
    }

    @Override
    public boolean anyDue() {
        return Boolean.TRUE.equals(jdbc().queryForObject(
                        "select exists (select from patterns_escrow_hold where state = 'H' and line = 0"
                                + " and expires_at <= (select clock_timestamp()))",
                        Boolean.class));
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
