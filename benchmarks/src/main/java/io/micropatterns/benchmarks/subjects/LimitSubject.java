package io.micropatterns.benchmarks.subjects;

import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.Subject;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/** What a careful team writes by hand: an outbox row by {@link JdbcTemplate} and the relay of {@link LimitRelay}. */
public final class LimitSubject implements Subject {

    private final JsonMapper mapper = JsonMapper.builder().build();
    private @Nullable State state;

    private record State(Environment environment, HikariDataSource pool, JdbcTemplate jdbc, LimitRelay relay) {}

    @Override
    public void open(Environment environment) {
        HikariDataSource pool = environment.pool();
        JdbcTemplate jdbc = new JdbcTemplate(pool);
        jdbc.execute("create table outbox (id bigint generated always as identity primary key,"
                + " aggregate_key text not null, type text not null, topic text not null, payload bytea not null,"
                + " headers text not null, created_at timestamptz not null default now())");
        state = new State(environment, pool, jdbc, new LimitRelay(pool, environment));
    }

    private State state() {
        return Objects.requireNonNull(state, "Not open");
    }

    @Override
    public DataSource dataSource() {
        return state().pool();
    }

    @Override
    public PlatformTransactionManager transactionManager() {
        return new JdbcTransactionManager(dataSource());
    }

    @Override
    public void publish(OrderPlaced event) {
        State state = state();
        state.jdbc()
                .update(
                        "insert into outbox (aggregate_key, type, topic, payload, headers) values (?, ?, ?, ?, ?)",
                        event.key(),
                        "order-placed",
                        state.environment().topic(),
                        mapper.writeValueAsBytes(event),
                        UUID.randomUUID().toString());
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                state.relay().wake();
            }
        });
    }

    @Override
    public long waiting() {
        Long count = state().jdbc().queryForObject("select count(*) from outbox", Long.class);
        return count == null ? 0 : count;
    }

    @Override
    public void startRelay() {
        state().relay().start();
    }

    @Override
    public void stopRelay() {
        state().relay().stop();
    }

    @Override
    public void retain() {
        state().jdbc().execute("vacuum full outbox");
    }

    @Override
    public Map<String, Object> conditions() {
        return Map.of("relay-batch", LimitRelay.BATCH, "relay-delivery", "at-least-once");
    }

    @Override
    public void close() {
        if (state != null) {
            state.relay().close();
            state.pool().close();
        }
    }
}
