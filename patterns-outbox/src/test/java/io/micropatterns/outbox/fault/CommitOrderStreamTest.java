package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxMessage;
import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** Long and short transactions of many writers overlap, over keys that they do not lock. */
@Tag("fault")
class CommitOrderStreamTest {

    private static final int PARTITIONS = 4;
    private static final int WRITERS = 16;

    private final Faults faults = new Faults("commit order");
    private final AtomicLong numbers = new AtomicLong();

    @ParameterizedTest
    @ValueSource(strings = {"table", "wal"})
    void eachPartitionHasTheOrderOfTheCommits(String storage) throws InterruptedException {
        KafkaServer kafka = KafkaServer.shared();
        try (PostgresServer postgres =
                PostgresServer.builder().embedded().durable(true).start()) {
            Ledger ledger = new Ledger(postgres);
            kafka.createTopic(ledger.topic(), PARTITIONS);
            try (ConfigurableApplicationContext application = FaultApplication.run(FaultApplication.arguments(
                            ledger,
                            kafka,
                            Setting.streaming(storage).and("spring.datasource.hikari.maximum-pool-size=24")));
                    Deliveries deliveries = new Deliveries(kafka.bootstrapServers(), ledger.topic(), PARTITIONS)) {
                new Slot(ledger).awaitStreamed();
                CommitOrder order = new CommitOrder(ledger);
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < WRITERS; i++) {
                    Random random = new Random(faults.random().nextLong());
                    threads.add(new Thread(() -> write(application, ledger, random), "writer-" + i));
                }
                threads.forEach(Thread::start);
                for (Thread thread : threads) {
                    thread.join();
                }
                deliveries.awaitAll(ledger.ids());
                application.close();
                deliveries.readToEnd();
                assertThat(ledger.size()).isGreaterThan((long) WRITERS * faults.rounds());
                order.assertKept(deliveries.all());
            }
        }
    }

    private void write(ConfigurableApplicationContext application, Ledger ledger, Random random) {
        TransactionTemplate transaction = application.getBean(TransactionTemplate.class);
        JdbcTemplate jdbc = application.getBean(JdbcTemplate.class);
        Outbox outbox = application.getBean(Outbox.class);
        for (int i = 0; i < 5 * faults.rounds(); i++) {
            transaction.executeWithoutResult(status -> {
                boolean isLong = random.nextInt(8) == 0;
                for (int part = isLong ? 4 : 1; part > 0; part--) {
                    publish(ledger, jdbc, outbox, random, 1 + random.nextInt(4));
                    if (isLong) {
                        jdbc.execute("select pg_sleep(" + random.nextInt(50) / 1000.0 + ")");
                    }
                }
                if (random.nextInt(10) == 0) {
                    status.setRollbackOnly();
                }
            });
        }
    }

    private void publish(Ledger ledger, JdbcTemplate jdbc, Outbox outbox, Random random, int count) {
        List<OutboxMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            UUID id = UUID.randomUUID();
            String key = "key-" + random.nextInt(Ledger.KEYS);
            long number = numbers.incrementAndGet();
            jdbc.update("insert into ledger (id, key, number) values (?, ?, ?)", id, key, number);
            messages.add(OutboxMessage.to(ledger.topic())
                    .id(id)
                    .key(key)
                    .type("ledger-entry")
                    .payload("" + number));
        }
        outbox.publishAll(messages);
    }
}
