package io.micropatterns.benchmarks.kit;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** A subject on a connection pool and {@link JdbcTemplate} alone; without a relay unless it adds one. */
public abstract class PooledSubject implements Subject {

    private @Nullable State state;

    private record State(Environment environment, HikariDataSource pool, JdbcTemplate jdbc) {}

    @Override
    public void open(Environment environment) throws Exception {
        HikariDataSource pool = environment.pool();
        state = new State(environment, pool, new JdbcTemplate(pool));
    }

    private State state() {
        return Objects.requireNonNull(state, "Not open");
    }

    /** What it was opened with. */
    protected final Environment environment() {
        return state().environment();
    }

    /** Its database. */
    protected final JdbcTemplate jdbc() {
        return state().jdbc();
    }

    /**
     * Creates a publication of the inserts into a table and a slot for it, both named as the topic. The slot has what
     * is committed from now on, and leaves with the database.
     */
    protected final void createSlot(String table) {
        String name = environment().topic();
        jdbc().execute("create publication " + name + " for table " + table + " with (publish = 'insert')");
        jdbc().execute("select pg_create_logical_replication_slot('" + name + "', 'pgoutput')");
    }

    @Override
    public final DataSource dataSource() {
        return state().pool();
    }

    @Override
    public final PlatformTransactionManager transactionManager() {
        return new JdbcTransactionManager(dataSource());
    }

    @Override
    public long waiting() {
        return -1;
    }

    @Override
    public void startRelay() {
        throw new UnsupportedOperationException("There is no relay");
    }

    @Override
    public void stopRelay() {}

    @Override
    public void close() {
        if (state != null) {
            state.pool().close();
        }
    }
}
