package io.micropatterns.benchmarks.batch;

import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.benchmarks.kit.Callers;
import io.micropatterns.benchmarks.kit.Contender;
import io.micropatterns.benchmarks.kit.Environment;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** A way of inserting rows for callers who have one each, and wait until it is durable. */
abstract class Inserts implements Contender {

    /** What a row carries beside its id. */
    static final String PAYLOAD = "x".repeat(100);

    private final AtomicLong ids = new AtomicLong();
    private @Nullable HikariDataSource pool;

    @Override
    public void open(Environment environment) {
        pool = environment.pool();
        jdbc().execute("create table entry (id bigint primary key, payload text not null)");
    }

    final JdbcTemplate jdbc() {
        return new JdbcTemplate(Objects.requireNonNull(pool, "Not open"));
    }

    abstract void insert(Long id) throws Exception;

    @Override
    public Map<String, Object> run(String scenario, Environment environment) throws Exception {
        return Callers.measure(environment, random -> insert(ids.incrementAndGet()), this::expect);
    }

    private void expect(long count) {
        Long found = jdbc().queryForObject("select count(*) from entry", Long.class);
        if (found == null || found != count) {
            throw new IllegalStateException("Of " + count + " rows " + found + " are there");
        }
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.close();
        }
    }
}
