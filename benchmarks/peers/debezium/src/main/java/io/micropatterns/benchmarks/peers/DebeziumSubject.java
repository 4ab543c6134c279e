package io.micropatterns.benchmarks.peers;

import io.debezium.connector.postgresql.PostgresConnector;
import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.transforms.outbox.EventRouter;
import io.micropatterns.benchmarks.kit.Environment;
import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.PooledSubject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.FileOffsetBackingStore;
import tools.jackson.databind.json.JsonMapper;

/**
 * Debezium's asynchronous engine with its outbox event router. Each batch is sent by a pipelining producer, awaited and
 * then marked as processed: at least once. Rows stay in the table.
 */
public final class DebeziumSubject extends PooledSubject {

    private static final int BATCH = Integer.getInteger("peer.batch", 8_192);
    private static final int INTERVAL = Integer.getInteger("peer.interval", 1);
    private static final String THREADS = System.getProperty("peer.threads", "1");

    private final JsonMapper mapper = JsonMapper.builder().build();
    private KafkaProducer<String, byte[]> producer;
    private Path offsets;
    private DebeziumEngine<ChangeEvent<SourceRecord, SourceRecord>> engine;
    private Thread thread;

    @Override
    public void open(Environment environment) throws Exception {
        super.open(environment);
        jdbc().execute("create table outbox (id uuid primary key, aggregatetype varchar(255) not null,"
                + " aggregateid varchar(255) not null, type varchar(255) not null, payload text not null)");
        createSlot("outbox");
        producer = environment.producer();
        offsets = Files.createTempFile("debezium", ".offsets");
    }

    @Override
    public void publish(OrderPlaced event) {
        jdbc().update(
                        "insert into outbox (id, aggregatetype, aggregateid, type, payload) values (?, ?, ?, ?, ?)",
                        UUID.randomUUID(),
                        environment().topic(),
                        event.key(),
                        "order-placed",
                        mapper.writeValueAsString(event));
    }

    @Override
    public void startRelay() {
        engine = DebeziumEngine.create(Connect.class)
                .using(properties())
                .using((success, message, error) -> {
                    if (!success) {
                        System.err.println(message);
                    }
                })
                .notifying(this::send)
                .build();
        thread = new Thread(engine, "debezium");
        thread.start();
    }

    private Properties properties() {
        Environment environment = environment();
        URI database = URI.create(environment.require("url").substring("jdbc:".length()));
        Properties properties = new Properties();
        properties.put("name", "outbox");
        properties.put("connector.class", PostgresConnector.class.getName());
        properties.put("database.hostname", database.getHost());
        properties.put("database.port", Integer.toString(database.getPort()));
        properties.put("database.dbname", database.getPath().substring(1));
        properties.put("database.user", environment.require("user"));
        properties.put("database.password", environment.require("password"));
        properties.put("topic.prefix", "outbox");
        properties.put("plugin.name", "pgoutput");
        properties.put("slot.name", environment.topic());
        properties.put("publication.name", environment.topic());
        properties.put("publication.autocreate.mode", "disabled");
        properties.put("snapshot.mode", "no_data");
        properties.put("table.include.list", "public.outbox");
        properties.put("tombstones.on.delete", "false");
        properties.put("transforms", "outbox");
        properties.put("transforms.outbox.type", EventRouter.class.getName());
        properties.put("transforms.outbox.route.topic.replacement", "${routedByValue}");
        properties.put("transforms.outbox.table.fields.additional.placement", "type:header");
        properties.put("offset.storage", FileOffsetBackingStore.class.getName());
        properties.put("offset.storage.file.filename", offsets.toString());
        properties.put("offset.flush.interval.ms", "1000");
        properties.put("poll.interval.ms", Integer.toString(INTERVAL));
        properties.put("max.batch.size", Integer.toString(BATCH));
        properties.put("max.queue.size", Integer.toString(4 * BATCH));
        properties.put("record.processing.threads", THREADS);
        properties.put("statistics.metrics.enabled", "false");
        return properties;
    }

    private void send(
            List<ChangeEvent<SourceRecord, SourceRecord>> events,
            RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>> committer)
            throws InterruptedException {
        List<Future<RecordMetadata>> sends = new ArrayList<>(events.size());
        for (ChangeEvent<SourceRecord, SourceRecord> event : events) {
            sends.add(producer.send(record(event.value())));
        }
        producer.flush();
        try {
            for (Future<RecordMetadata> send : sends) {
                send.get();
            }
        } catch (ExecutionException ex) {
            throw new IllegalStateException("Kafka has refused an event", ex);
        }
        for (ChangeEvent<SourceRecord, SourceRecord> event : events) {
            committer.markProcessed(event);
        }
        committer.markBatchFinished();
    }

    private static ProducerRecord<String, byte[]> record(SourceRecord routed) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(
                routed.topic(), (String) routed.key(), ((String) routed.value()).getBytes(StandardCharsets.UTF_8));
        routed.headers()
                .forEach(header -> record.headers()
                        .add(header.key(), header.value().toString().getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    @Override
    public void stopRelay() {
        if (engine == null) {
            return;
        }
        try {
            engine.close();
            thread.join();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        engine = null;
    }

    @Override
    public Map<String, Object> conditions() {
        return Map.of(
                "relay-delivery", "at-least-once",
                "relay-batch", BATCH,
                "poll-interval-ms", INTERVAL,
                "threads-of-relay", THREADS);
    }

    @Override
    public void close() {
        stopRelay();
        if (producer != null) {
            producer.close();
        }
        super.close();
        if (offsets != null) {
            offsets.toFile().delete();
        }
    }
}
