package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** The usual update and insert as one statement, which is a transaction in one round trip. */
public final class OneRoundTripStockSubject extends PooledStock {

    private static final String RESERVE = "with taken as (update stock set available = available - 1, held = held + 1"
            + " where item = ? and available >= 1 returning item) insert into reservation (id, item, quantity, expires_at)"
            + " select ?, item, 1, now() + interval '300 s' from taken";

    private @Nullable JdbcTemplate jdbc;

    @Override
    public void open(Environment environment) {
        super.open(environment);
        jdbc = jdbc();
    }

    @Override
    public void reserve(String item) {
        require(Objects.requireNonNull(jdbc, "Not open").update(RESERVE, item, newId()));
    }
}
