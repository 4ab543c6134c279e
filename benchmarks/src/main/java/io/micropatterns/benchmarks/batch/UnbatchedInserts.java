package io.micropatterns.benchmarks.batch;

import io.micropatterns.benchmarks.kit.Environment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** What is usually written: each caller inserts its row, which is a transaction. */
public final class UnbatchedInserts extends Inserts {

    private @Nullable JdbcTemplate jdbc;

    @Override
    public void open(Environment environment) {
        super.open(environment);
        jdbc = jdbc();
    }

    @Override
    void insert(Long id) {
        Objects.requireNonNull(jdbc, "Not open").update("insert into entry (id, payload) values (?, ?)", id, PAYLOAD);
    }
}
