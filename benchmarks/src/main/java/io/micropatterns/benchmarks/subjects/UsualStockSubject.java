package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is usually written: an update with a condition and an insert, in a transaction. */
public final class UsualStockSubject extends PooledStock {

    private @Nullable JdbcTemplate jdbc;
    private @Nullable TransactionTemplate transaction;

    @Override
    public void open(Environment environment) {
        super.open(environment);
        jdbc = jdbc();
        Orders.createTable(jdbc);
        transaction = new TransactionTemplate(new JdbcTransactionManager(pool()));
    }

    @Override
    public void reserve(String item) {
        transaction().executeWithoutResult(status -> statements(item));
    }

    @Override
    public void order(String item) {
        transaction().executeWithoutResult(status -> {
            Orders.insert(Objects.requireNonNull(jdbc, "Not open"), item);
            statements(item);
        });
    }

    private TransactionTemplate transaction() {
        return Objects.requireNonNull(transaction, "Not open");
    }

    private void statements(String item) {
        JdbcTemplate statements = Objects.requireNonNull(jdbc, "Not open");
        require(statements.update(
                "update stock set available = available - 1, held = held + 1 where item = ? and available >= 1", item));
        statements.update(
                "insert into reservation (id, item, quantity, expires_at) values (?, ?, 1, now() + interval '300 s')",
                newId(),
                item);
    }
}
