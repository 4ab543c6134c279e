package io.micropatterns.outbox.fault;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.network.TcpProxy;
import io.micropatterns.test.postgres.PostgresServer;
import java.net.URI;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** What a firewall does to connections that it forgets: nobody is told, and no answer ever comes. */
@Tag("fault")
class SilentDatabaseFaultTest {

    private static final int PARTITIONS = 4;

    private final Faults faults = new Faults("silent database");

    @Test
    void theRelayGoesOnByItselfWhenItsConnectionsWereForgotten() {
        KafkaServer kafka = KafkaServer.shared();
        try (PostgresServer postgres =
                PostgresServer.builder().embedded().durable(true).start()) {
            Ledger ledger = new Ledger(postgres);
            kafka.createTopic(ledger.topic(), PARTITIONS);
            String url = postgres.jdbcUrl(ledger.database());
            URI uri = URI.create(url.substring("jdbc:".length()));
            try (TcpProxy proxy = TcpProxy.to(uri.getHost(), uri.getPort());
                    ConfigurableApplicationContext writer = FaultApplication.run(
                            FaultApplication.arguments(ledger, kafka, "patterns.outbox.relay=none"));
                    ConfigurableApplicationContext relay = FaultApplication.run(FaultApplication.arguments(
                            ledger,
                            kafka,
                            "spring.datasource.url=" + url.replace(":" + uri.getPort() + "/", ":" + proxy.port() + "/"),
                            "patterns.core.network-timeout=2s"));
                    Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
                LedgerWriters writers = writer.getBean(LedgerWriters.class);
                writers.start(2);
                for (int round = 0; round < faults.fewestRounds(); round++) {
                    deliveries.awaitSize(deliveries.size() + 1 + faults.random().nextInt(100));
                    proxy.forget();
                    // What was read before is still published; that much is not.
                    deliveries.awaitSize(deliveries.size() + 500);
                }
                writers.stop();
                deliveries.awaitAll(ledger.ids());
                relay.close();
                deliveries.readToEnd();
                ledger.assertDeliveredExactlyOnce(deliveries.all());
            }
        }
    }
}
