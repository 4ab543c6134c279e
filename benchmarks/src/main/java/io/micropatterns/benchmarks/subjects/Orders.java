package io.micropatterns.benchmarks.subjects;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/** The row that a service writes itself when it sells something. */
final class Orders {

    private Orders() {}

    static void createTable(JdbcTemplate jdbc) {
        jdbc.execute(
                "create table customer_order (id uuid primary key, item text not null, placed_at timestamptz not null)");
    }

    static void insert(JdbcTemplate jdbc, String item) {
        jdbc.update(
                "insert into customer_order (id, item, placed_at) values (?, ?, clock_timestamp())",
                UUID.randomUUID(),
                item);
    }
}
