package io.micropatterns.outbox.fault;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** The database crashes under an instance that writes and relays, and comes back. */
@Tag("fault")
class DatabaseHardStopFaultTest {

    private static final int PARTITIONS = 4;

    private final Faults faults = new Faults("database hard stop");

    @Test
    void everythingCommittedArrivesExactlyOnceWithoutARestart() {
        KafkaServer kafka = KafkaServer.shared();
        // A lazy log writer leaves more of what was rolled back to be forgotten in the crash.
        try (PostgresServer postgres = PostgresServer.builder()
                .embedded()
                .durable(true)
                .setting("wal_writer_delay", "10s")
                .start()) {
            Ledger ledger = new Ledger(postgres);
            kafka.createTopic(ledger.topic(), PARTITIONS);
            Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS);
            try (ConfigurableApplicationContext application = FaultApplication.run(FaultApplication.arguments(
                            ledger, kafka, "spring.datasource.hikari.maximum-pool-size=20"));
                    deliveries) {
                LedgerWriters writers = application.getBean(LedgerWriters.class);
                writers.start(8);
                for (int round = 0; round < faults.fewRounds(); round++) {
                    ledger.awaitMore(50 + faults.random().nextInt(300));
                    postgres.stopHard();
                    postgres.restart();
                }
                ledger.awaitMore(100);
                writers.stop();
                deliveries.awaitAll(ledger.ids());
                application.close();
                deliveries.readToEnd();
                ledger.assertDeliveredExactlyOnce(deliveries.all());
            }
        }
    }
}
