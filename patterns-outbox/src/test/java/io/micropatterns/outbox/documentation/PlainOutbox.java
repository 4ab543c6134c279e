package io.micropatterns.outbox.documentation;

import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.core.payload.PayloadTypes;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.jdbc.JdbcOutboxLog;
import io.micropatterns.outbox.jdbc.JdbcOutboxStore;
import io.micropatterns.outbox.jdbc.OutboxRetention;
import io.micropatterns.outbox.jdbc.PostgresSignals;
import io.micropatterns.outbox.kafka.KafkaOutboxPublisher;
import io.micropatterns.outbox.relay.LeasedRelay;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

public final class PlainOutbox implements AutoCloseable {

    private final TransactionTemplate transaction;
    private final Outbox outbox;
    private final PostgresSignals signals;
    private final KafkaOutboxPublisher publisher;
    private final LeasedRelay relay;
    private final ScheduledExecutorService housekeeping = Executors.newSingleThreadScheduledExecutor();

    public PlainOutbox(DataSource pool, Map<String, Object> kafka) {
        // The tables, unless migrations have created them.
        PatternSchema.core().createIfMissing(pool);
        PatternSchema.of("outbox", "patterns_outbox", "patterns_outbox_shard", "patterns_outbox_identity")
                .createIfMissing(pool);

        // Storing. The shards must be registered before anything is published, and be as many everywhere.
        var transactions = new JdbcTransactionManager(pool);
        transaction = new TransactionTemplate(transactions);
        signals = new PostgresSignals(pool, true, Thread::new);
        var log = new JdbcOutboxLog(pool, transaction);
        log.registerShards(1);
        var serializer = PayloadSerializer.jackson(new JsonMapper(), PayloadTypes.unregistered());
        outbox = Outbox.builder(pool, new JdbcOutboxStore(pool), serializer)
                .shards(1)
                .signals(signals)
                .build();

        // Relaying. Leave it out in a process that only stores.
        publisher = KafkaOutboxPublisher.builder(log.identity("orders"))
                .clients(kafka, kafka, kafka)
                .build();
        relay = LeasedRelay.builder(pool, log, publisher, DeadLetters.jdbc(pool, transactions))
                .signals(signals)
                .build();
        signals.start();
        relay.start();

        // Published events are kept for a day. Without this the table only grows.
        var retention = new OutboxRetention(pool, transaction, Duration.ofDays(1), Duration.ofHours(6));
        housekeeping.scheduleWithFixedDelay(retention::run, 0, 1, TimeUnit.MINUTES);
    }

    /** Does some work in a transaction; what it publishes leaves if and only if that commits. */
    public void inTransaction(Work work) {
        transaction.executeWithoutResult(status -> work.run(outbox));
    }

    @Override
    public void close() {
        housekeeping.shutdownNow();
        relay.stop();
        publisher.close();
        signals.close();
    }

    public interface Work {

        void run(Outbox outbox);
    }
}
