package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * Reads the rows out of the database's log by one thread, pipelines the sends, and confirms each transaction to the slot
 * once it and all before it have been acknowledged.
 */
final class CdcLimitRelay extends HandWrittenRelay {

    /** What the publication has of the table, in this order. */
    static final String COLUMNS = "aggregate_key, type, topic, payload, headers";

    private static final int STATUS_MILLIS = 1_000;

    private final Environment environment;
    private final Queue<Sent> unconfirmed = new ArrayDeque<>();
    private List<Future<RecordMetadata>> transaction = new ArrayList<>();

    /** A transaction's sends, and where the log goes on after its commit. */
    private record Sent(List<Future<RecordMetadata>> sends, LogSequenceNumber end) {}

    CdcLimitRelay(Environment environment) {
        super("cdc-limit-relay", environment.producer());
        this.environment = environment;
    }

    @Override
    void relay() throws Exception {
        try (Connection connection = connect();
                PGReplicationStream stream = stream(connection)) {
            while (isRunning()) {
                // Waits for a millisecond at most; read() would not even return for stop().
                ByteBuffer message = stream.readPending();
                if (message == null || relay(message)) {
                    confirm(stream);
                }
            }
            producer().flush();
            confirm(stream);
            stream.forceUpdateStatus();
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, environment.require("user"));
        PGProperty.PASSWORD.set(properties, environment.require("password"));
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "15");
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        return DriverManager.getConnection(environment.require("url"), properties);
    }

    private PGReplicationStream stream(Connection connection) throws SQLException {
        return connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(environment.topic())
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", environment.topic())
                .withSlotOption("binary", true)
                .withStatusInterval(STATUS_MILLIS, TimeUnit.MILLISECONDS)
                .start();
    }

    /** Whether a transaction is complete with it. */
    private boolean relay(ByteBuffer message) {
        switch (message.get()) {
            case 'I' -> transaction.add(producer().send(record(message)));
            case 'C' -> {
                message.get(); // flags
                message.getLong(); // the commit's own position
                unconfirmed.add(new Sent(transaction, LogSequenceNumber.valueOf(message.getLong())));
                transaction = new ArrayList<>();
                return true;
            }
            default -> {
                // What relations look like and where transactions begin is known or does not matter.
            }
        }
        return false;
    }

    private static ProducerRecord<String, byte[]> record(ByteBuffer insert) {
        insert.getInt(); // relation
        insert.get(); // 'N' for the new row
        insert.getShort(); // columns
        String key = new String(column(insert), StandardCharsets.UTF_8);
        byte[] type = column(insert);
        String topic = new String(column(insert), StandardCharsets.UTF_8);
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, column(insert));
        record.headers().add("type", type);
        record.headers().add("id", column(insert));
        return record;
    }

    private static byte[] column(ByteBuffer row) {
        row.get(); // 'b' for binary
        byte[] value = new byte[row.getInt()];
        row.get(value);
        return value;
    }

    private void confirm(PGReplicationStream stream) throws ExecutionException, InterruptedException {
        for (Sent sent = unconfirmed.peek(); sent != null && isDone(sent); sent = unconfirmed.peek()) {
            for (Future<RecordMetadata> send : sent.sends()) {
                send.get();
            }
            stream.setAppliedLSN(sent.end());
            stream.setFlushedLSN(sent.end());
            unconfirmed.remove();
        }
    }

    private static boolean isDone(Sent sent) {
        for (Future<RecordMetadata> send : sent.sends()) {
            if (!send.isDone()) {
                return false;
            }
        }
        return true;
    }
}
