package io.micropatterns.benchmarks.subjects;

import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.Subject;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** The business row without any event: what a transaction costs before there is an outbox. */
public final class BareSubject implements Subject {

    private @Nullable HikariDataSource pool;

    @Override
    public void open(Environment environment) {
        pool = environment.pool();
    }

    @Override
    public DataSource dataSource() {
        if (pool == null) {
            throw new IllegalStateException("Not open");
        }
        return pool;
    }

    @Override
    public PlatformTransactionManager transactionManager() {
        return new JdbcTransactionManager(dataSource());
    }

    @Override
    public void publish(OrderPlaced event) {}

    @Override
    public long waiting() {
        return -1;
    }

    @Override
    public void startRelay() {
        throw new UnsupportedOperationException("There are no events to relay");
    }

    @Override
    public void stopRelay() {}

    @Override
    public void close() {
        if (pool != null) {
            pool.close();
        }
    }
}
