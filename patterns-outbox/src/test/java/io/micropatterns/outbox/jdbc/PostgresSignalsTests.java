package io.micropatterns.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.test.network.TcpProxy;
import io.micropatterns.test.postgres.PostgresServer;
import java.net.URI;
import java.time.Duration;
import java.util.BitSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class PostgresSignalsTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aListenerWhoseConnectionWasForgottenListensOnAnother() {
        PostgresServer server = PostgresServer.shared();
        String database = server.createDatabase();
        JdbcTemplate direct = new JdbcTemplate(server.dataSource(database));
        String url = server.jdbcUrl(database);
        URI uri = URI.create(url.substring("jdbc:".length()));
        try (TcpProxy proxy = TcpProxy.to(uri.getHost(), uri.getPort());
                PostgresSignals signals = new PostgresSignals(
                        new DriverManagerDataSource(
                                url.replace(":" + uri.getPort() + "/", ":" + proxy.port() + "/"),
                                server.username(),
                                server.password()),
                        true,
                        Thread::new,
                        Duration.ofSeconds(1),
                        NetworkTimeout.of(Duration.ofSeconds(1)))) {
            Heard heard = new Heard();
            signals.subscribe(heard);
            signals.start();
            awaitSignal(direct, heard);

            proxy.forget();

            awaitSignal(direct, heard);
            assertThat(proxy.connections()).as("the forgotten one is given up").isEqualTo(1);
        }
    }

    @Test
    void commitsAreSignalledToOtherNodesWhileARelayLives() {
        PostgresServer server = PostgresServer.shared();
        String database = server.createDatabase();
        DataSource dataSource = server.dataSource(database);
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        PatternSchema.core().createIfMissing(dataSource);
        BitSet shards = BitSet.valueOf(new long[] {0b101});
        try (PostgresSignals here = new PostgresSignals(dataSource, false, Thread::new);
                PostgresSignals there = new PostgresSignals(dataSource, true, Thread::new)) {
            Heard heard = new Heard();
            there.subscribe(heard);
            there.start();
            awaitSignal(jdbc, heard);

            here.committed(shards);
            here.start();
            jdbc.update(
                    "insert into patterns_member (group_name, member, expires_at) values (?, 'there', 'infinity')",
                    OutboxRelay.LEASE_GROUP);

            await().atMost(PATIENCE).until(() -> {
                here.committed(shards);
                return heard.shards.equals(shards);
            });
        }
    }

    @Test
    void nobodyIsNotifiedWhileNoRelayLives() {
        PostgresServer server = PostgresServer.shared();
        DataSource dataSource = server.dataSource(server.createDatabase());
        PatternSchema.core().createIfMissing(dataSource);
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        jdbc.update(
                "insert into patterns_member (group_name, member, expires_at) values (?, 'dead', now())",
                OutboxRelay.LEASE_GROUP);

        assertThat(jdbc.queryForList(PostgresSignals.NOTIFY, "patterns_outbox", "0", OutboxRelay.LEASE_GROUP))
                .isEmpty();
    }

    /** One that none of the signals before can be taken for. */
    private static void awaitSignal(JdbcTemplate direct, Heard heard) {
        int shard = heard.shards.length();
        await().atMost(PATIENCE).until(() -> {
            direct.queryForList("select pg_notify('patterns_outbox', ?)", Integer.toString(shard));
            return heard.shards.get(shard);
        });
    }

    private static final class Heard implements OutboxSignals.Subscriber {

        private volatile BitSet shards = new BitSet();

        @Override
        public void committed(BitSet shards) {
            this.shards = shards;
        }

        @Override
        public BitSet relayed() {
            return new BitSet();
        }
    }
}
