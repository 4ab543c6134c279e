package io.micropatterns.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.outbox.OutboxSignals;
import io.micropatterns.test.network.TcpProxy;
import io.micropatterns.test.postgres.PostgresServer;
import java.net.URI;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
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

    private static void awaitSignal(JdbcTemplate direct, Heard heard) {
        int before = heard.signals.get();
        await().atMost(PATIENCE).until(() -> {
            direct.queryForList("select pg_notify('patterns_outbox', '0')");
            return heard.signals.get() > before;
        });
    }

    private static final class Heard implements OutboxSignals.Subscriber {

        private final AtomicInteger signals = new AtomicInteger();

        @Override
        public void committed(BitSet shards) {
            signals.incrementAndGet();
        }

        @Override
        public BitSet relayed() {
            return new BitSet();
        }
    }
}
