package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;

/** The broker is away for ten seconds and more, while commits go on. */
@Tag("fault")
class BrokerOutageFaultTest {

    private static final int PARTITIONS = 4;
    private static final Duration OUTAGE = Duration.ofSeconds(10);

    @Test
    void healthTellsAndEverythingCommittedArrivesExactlyOnceWithoutARestart() {
        try (PostgresServer postgres =
                        PostgresServer.builder().embedded().durable(true).start();
                KafkaServer kafka = KafkaServer.builder().embedded().start()) {
            Ledger ledger = new Ledger(postgres);
            kafka.createTopic(ledger.topic(), PARTITIONS);
            try (ConfigurableApplicationContext application = FaultApplication.run(FaultApplication.arguments(
                            ledger, kafka, "spring.datasource.hikari.maximum-pool-size=20"));
                    Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
                LedgerWriters writers = application.getBean(LedgerWriters.class);
                writers.start(8);
                deliveries.awaitSize(100);
                awaitHealth(application, Status.UP);
                long stoppedAt = System.nanoTime();
                kafka.stop();
                awaitHealth(application, Status.DOWN);
                ledger.awaitMore(100);
                await("the outage's length")
                        .atMost(Ledger.LONG)
                        .until(() -> System.nanoTime() - stoppedAt >= OUTAGE.toNanos());
                kafka.restart();
                ledger.awaitMore(100);
                writers.stop();
                deliveries.awaitAll(ledger.ids());
                awaitHealth(application, Status.UP);
                application.close();
                deliveries.readToEnd();
                ledger.assertDeliveredExactlyOnce(deliveries.all());
            }
        }
    }

    private static void awaitHealth(ConfigurableApplicationContext application, Status expected) {
        HealthIndicator indicator = application.getBean("outboxHealthIndicator", HealthIndicator.class);
        await("health")
                .atMost(Ledger.LONG)
                .untilAsserted(() -> assertThat(indicator.health())
                        .extracting(Health::getStatus)
                        .isEqualTo(expected));
    }
}
