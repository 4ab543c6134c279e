package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.PooledSubject;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/** The plain outbox table of a careful team, written by {@link org.springframework.jdbc.core.JdbcTemplate}. */
abstract class TableSubject extends PooledSubject {

    private final JsonMapper mapper = JsonMapper.builder().build();

    @Override
    public void open(Environment environment) throws Exception {
        super.open(environment);
        jdbc().execute("create table outbox (id bigint generated always as identity primary key,"
                + " aggregate_key text not null, type text not null, topic text not null, payload bytea not null,"
                + " headers text not null, created_at timestamptz not null default now())");
    }

    @Override
    public void publish(OrderPlaced event) {
        jdbc().update(
                        "insert into outbox (aggregate_key, type, topic, payload, headers) values (?, ?, ?, ?, ?)",
                        event.key(),
                        "order-placed",
                        environment().topic(),
                        mapper.writeValueAsBytes(event),
                        UUID.randomUUID().toString());
    }
}
