package io.micropatterns.outbox.fault;

import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.network.Ports;
import io.micropatterns.test.network.TcpProxy;
import io.micropatterns.test.postgres.PostgresServer;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** Connections break in the middle of what is being said over them, on the way there or on the way back. */
@Tag("fault")
class ConnectionCutFaultTest {

    private static final int PARTITIONS = 4;

    private final Faults faults = new Faults("connection cut");

    @Test
    void everythingArrivesExactlyOnceOverABadLineToTheBroker() {
        int port = Ports.free();
        try (PostgresServer postgres =
                        PostgresServer.builder().embedded().durable(true).start();
                TcpProxy proxy = TcpProxy.to("127.0.0.1", port);
                KafkaServer kafka = KafkaServer.builder()
                        .embedded()
                        .port(port)
                        .advertisedPort(proxy.port())
                        .start()) {
            play(new Ledger(postgres), kafka, proxy);
        }
    }

    @Test
    void everythingArrivesExactlyOnceOverABadLineToTheDatabase() {
        try (PostgresServer postgres =
                PostgresServer.builder().embedded().durable(true).start()) {
            Ledger ledger = new Ledger(postgres);
            String url = postgres.jdbcUrl(ledger.database());
            URI uri = URI.create(url.substring("jdbc:".length()));
            try (TcpProxy proxy = TcpProxy.to(uri.getHost(), uri.getPort())) {
                String proxied = url.replace(":" + uri.getPort() + "/", ":" + proxy.port() + "/");
                play(ledger, KafkaServer.shared(), proxy, "spring.datasource.url=" + proxied);
            }
        }
    }

    private void play(Ledger ledger, KafkaServer kafka, TcpProxy proxy, String... properties) {
        kafka.createTopic(ledger.topic(), PARTITIONS);
        Random random = faults.random();
        try (ConfigurableApplicationContext application =
                        FaultApplication.run(FaultApplication.arguments(ledger, kafka, properties));
                Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
            LedgerWriters writers = application.getBean(LedgerWriters.class);
            writers.start(4);
            for (int round = 0; round < faults.halfTheRounds(); round++) {
                ledger.awaitMore(20 + random.nextInt(100));
                // What was cut may not be there again yet: the writers go on without the relay.
                await().atMost(Duration.ofMinutes(1)).until(() -> proxy.connections() > 0);
                switch (random.nextInt(3)) {
                    case 0 -> proxy.cutAfterBytes(random.nextInt(20_000));
                    case 1 -> proxy.cutAfterAnswerBytes(random.nextInt(2_000));
                    default -> {
                        proxy.cut();
                        proxy.restore();
                    }
                }
            }
            ledger.awaitMore(100);
            proxy.restore();
            writers.stop();
            deliveries.awaitAll(ledger.ids());
            application.close();
            deliveries.readToEnd();
            ledger.assertDeliveredExactlyOnce(deliveries.all());
        }
    }
}
