package io.micropatterns.benchmarks.subjects;

import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.StockSubject;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Stock and reservations in tables of its own, as one would write them by hand. */
abstract class PooledStock implements StockSubject {

    private static final String STOCK = "create table stock (item text primary key, available bigint not null check"
            + " (available >= 0), held bigint not null default 0)";
    private static final String RESERVATION = "create table reservation (id uuid primary key, item text not null,"
            + " quantity bigint not null, expires_at timestamptz not null)";

    private final AtomicLong ids = new AtomicLong();
    private @Nullable HikariDataSource pool;

    @Override
    public void open(Environment environment) {
        pool = environment.pool();
        jdbc().execute(STOCK);
        jdbc().execute(RESERVATION);
        jdbc().execute("create index on reservation (expires_at)");
    }

    final HikariDataSource pool() {
        return Objects.requireNonNull(pool, "Not open");
    }

    final JdbcTemplate jdbc() {
        return new JdbcTemplate(pool());
    }

    /** Ids that grow, as an index likes them. */
    final UUID newId() {
        return new UUID(ids.incrementAndGet(), 0);
    }

    @Override
    public void stock(int items, long each) {
        for (int i = 0; i < items; i++) {
            jdbc().update("insert into stock (item, available) values (?, ?)", StockSubject.item(i), each);
        }
    }

    @Override
    public long reservations() {
        return Objects.requireNonNull(jdbc().queryForObject("select count(*) from reservation", Long.class));
    }

    static void require(int changed) {
        if (changed != 1) {
            throw new IllegalStateException("Sold out");
        }
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.close();
        }
    }
}
