package io.micropatterns.example.quickstart.page;

import io.micropatterns.example.quickstart.stock.Items;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of drills, so that all instances show the same. Safe for use by many threads. */
@Repository
class Drills {

    private final JdbcClient jdbc;
    private final Items items;

    Drills(JdbcClient jdbc, Items items) {
        this.jdbc = jdbc;
        this.items = items;
    }

    void started(String sku, int buyers) {
        jdbc.sql("INSERT INTO drills (sku, buyers) VALUES (?, ?)")
                .params(sku, buyers)
                .update();
    }

    void ended(String sku, Drill.Result result) {
        jdbc.sql("UPDATE drills SET took_millis = ?, refused = ?, failed = ?, discrepancies = ? WHERE sku = ?")
                .params(result.tookMillis(), result.refused(), result.failed(), result.discrepancies(), sku)
                .update();
    }

    /** The drill that was started last, by any instance. A few queries. */
    Optional<Drill> latest() {
        return jdbc.sql("SELECT * FROM drills ORDER BY started_at DESC LIMIT 1")
                .query(Drills::row)
                .optional()
                .flatMap(row -> items.find(row.sku())
                        .map(stock ->
                                new Drill(row.buyers(), row.startedAt(), stock, summaries(row.sku()), row.result())));
    }

    private long summaries(String sku) {
        return jdbc.sql("SELECT count(*) FROM order_summaries WHERE sku = ?")
                .param(sku)
                .query(Long.class)
                .single();
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getString("sku"),
                row.getInt("buyers"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                result(row));
    }

    private static Drill.@Nullable Result result(ResultSet row) throws SQLException {
        long tookMillis = row.getLong("took_millis");
        return row.wasNull()
                ? null
                : new Drill.Result(
                        tookMillis, row.getInt("refused"), row.getInt("failed"), row.getInt("discrepancies"));
    }

    private record Row(String sku, int buyers, Instant startedAt, Drill.@Nullable Result result) {}
}
