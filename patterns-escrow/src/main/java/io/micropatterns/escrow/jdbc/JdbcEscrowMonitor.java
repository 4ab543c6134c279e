package io.micropatterns.escrow.jdbc;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.escrow.EscrowMonitor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.ResultSetExtractor;

/** Figures of {@code patterns_escrow_stock} and {@code patterns_escrow_hold}. Thread-safe. */
public final class JdbcEscrowMonitor implements EscrowMonitor {

    private static final String OVERDUE =
            "select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(expires_at)) * 1000), 0)::bigint"
                    + " from patterns_escrow_hold where state = 'H' and line = 0";

    /** A row for each resource that was asked for, and one without a name for all. */
    private static final String FIGURES = """
            select name, count(*) filter (where stripe = 0) as resources,
                   least(coalesce(sum(available), 0), 9223372036854775807)::bigint as available,
                   least(coalesce(sum(held), 0), 9223372036854775807)::bigint as held,
                   least(coalesce(sum(consumed), 0), 9223372036854775807)::bigint as consumed,
                   (%s) as overdue
              from (select case when resource = any (?) then resource end as name, stripe, available, held, consumed
                      from patterns_escrow_stock) s
             group by grouping sets ((), (name))
            having grouping(name) = 1 or name is not null
            """.formatted(OVERDUE);

    private final JdbcTemplate jdbc;

    /**
     * On the data source of the escrow.
     *
     * @param timeout how long an answer of the database is waited for
     */
    public JdbcEscrowMonitor(DataSource dataSource, NetworkTimeout timeout) {
        this.jdbc =
                new JdbcTemplate(new AutoCommitDataSource(Objects.requireNonNull(dataSource, "dataSource"), timeout));
    }

    @Override
    public Figures figures(Collection<String> resources) {
        return Objects.requireNonNull(jdbc.query(
                FIGURES,
                statement -> statement.setArray(1, Statements.array(statement, "text", resources.toArray())),
                (ResultSetExtractor<Figures>) JdbcEscrowMonitor::figures));
    }

    private static Figures figures(ResultSet row) throws SQLException {
        Figures all = new Figures(0, new Stock(0, 0, 0), Map.of(), Duration.ZERO);
        Map<String, Stock> each = new HashMap<>();
        while (row.next()) {
            Stock stock = new Stock(row.getLong("available"), row.getLong("held"), row.getLong("consumed"));
            String name = row.getString("name");
            if (name == null) {
                all = new Figures(row.getLong("resources"), stock, Map.of(), Duration.ofMillis(row.getLong("overdue")));
            } else {
                each.put(name, stock);
            }
        }
        return new Figures(all.resources(), all.all(), each, all.overdue());
    }

    @Override
    public Duration overdue() {
        return Duration.ofMillis(Objects.requireNonNull(jdbc.queryForObject(OVERDUE, Long.class)));
    }
}
