package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.postgres.PostgresServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** The truth of a fault test: what was committed, in a database of its own. */
final class Ledger {

    /** How many keys there are to write to. */
    static final int KEYS = 100;

    static final Duration LONG = Duration.ofSeconds(120);

    private static final int SHOWN = 20;

    private final PostgresServer server;
    private final String database;
    private final String topic;
    private final JdbcTemplate jdbc;

    Ledger(PostgresServer server) {
        this.server = server;
        this.database = server.createDatabase();
        this.topic = "ledger-" + UUID.randomUUID();
        this.jdbc = new JdbcTemplate(server.dataSource(database));
        jdbc.execute("create table ledger_key (key text primary key, number bigint not null)");
        jdbc.execute("create table ledger (id uuid primary key, key text not null, number bigint not null)");
        jdbc.execute("create sequence rolled_back");
        jdbc.update("insert into ledger_key select 'key-' || n, 0 from generate_series(0, ? - 1) n", KEYS);
    }

    PostgresServer server() {
        return server;
    }

    String database() {
        return database;
    }

    String topic() {
        return topic;
    }

    long size() {
        return count("select count(*) from ledger");
    }

    long rolledBack() {
        return count("select case when is_called then last_value else 0 end from rolled_back");
    }

    private long count(String query) {
        Long count = jdbc.queryForObject(query, Long.class);
        return count == null ? 0 : count;
    }

    /** Waits until this many more entries have been committed. */
    void awaitMore(long entries) {
        long enough = size() + entries;
        await("more commits")
                .atMost(LONG)
                .ignoreExceptionsInstanceOf(DataAccessException.class)
                .until(() -> size() >= enough);
    }

    /** Who relays which shard now: the process ids, by shard. */
    Map<String, Long> relayedBy() {
        Map<String, Long> owners = new HashMap<>();
        jdbc.query(
                "select name, split_part(owner, '-', 1)::bigint as pid from patterns_lease"
                        + " where name like 'outbox-shard-%' and owner is not null and expires_at > clock_timestamp()",
                row -> {
                    owners.put(row.getString("name"), row.getLong("pid"));
                });
        return owners;
    }

    Set<UUID> ids() {
        return new HashSet<>(jdbc.queryForList("select id from ledger", UUID.class));
    }

    /** Checks that all that was committed has come once, nothing else has, and each key in its order. */
    void assertDeliveredExactlyOnce(List<Delivery> deliveries) {
        assertDeliveredOnce(deliveries);
        assertOrderOfKeys(deliveries);
    }

    /** Checks that all that was committed has come once, and nothing else has, in whatever order. */
    void assertDeliveredOnce(List<Delivery> deliveries) {
        assertNothingLost(deliveries);
        Set<UUID> seen = new HashSet<>();
        assertThat(deliveries.stream()
                        .filter(delivery -> !seen.add(delivery.id()))
                        .limit(SHOWN))
                .as("delivered more than once")
                .isEmpty();
    }

    private static void assertOrderOfKeys(List<Delivery> deliveries) {
        Map<String, Long> last = new HashMap<>();
        assertThat(deliveries.stream()
                        .filter(delivery -> {
                            Long before = last.put(delivery.key(), delivery.number());
                            return before != null && before >= delivery.number();
                        })
                        .limit(SHOWN))
                .as("delivered after a later one of its key")
                .isEmpty();
    }

    /** Checks that all that was committed has come, and nothing else has. */
    void assertNothingLost(List<Delivery> deliveries) {
        Set<UUID> committed = ids();
        assertThat(committed).as("committed").isNotEmpty();
        assertThat(deliveries.stream().filter(Delivery::doomed).limit(SHOWN))
                .as("rolled back and yet delivered")
                .isEmpty();
        assertThat(deliveries.stream()
                        .filter(delivery -> !committed.contains(delivery.id()))
                        .limit(SHOWN))
                .as("delivered and not committed")
                .isEmpty();
        Set<UUID> missing = new HashSet<>(committed);
        deliveries.forEach(delivery -> missing.remove(delivery.id()));
        assertThat(missing.stream().limit(SHOWN))
                .as("committed and not delivered, of %s: %s", committed.size(), missing.size())
                .isEmpty();
    }
}
