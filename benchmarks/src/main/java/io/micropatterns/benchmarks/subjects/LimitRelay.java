package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.Environment;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Selects a batch in the order of ids, pipelines the sends, awaits every acknowledgement and deletes the batch in one
 * commit. Woken by commits in its own process, with a poll as the net.
 */
final class LimitRelay extends HandWrittenRelay {

    static final int BATCH = Integer.getInteger("limit.batch", 5_000);

    private static final long POLL_MILLIS = 50;

    private final DataSource dataSource;
    private final Semaphore woken = new Semaphore(0);

    LimitRelay(DataSource dataSource, Environment environment) {
        super("limit-relay", environment.producer());
        this.dataSource = dataSource;
    }

    void wake() {
        woken.release();
    }

    @Override
    void relay() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement select = connection.prepareStatement(
                            "select id, aggregate_key, type, topic, payload, headers from outbox order by id limit "
                                    + BATCH);
                    PreparedStatement delete = connection.prepareStatement("delete from outbox where id = any (?)")) {
                while (isRunning()) {
                    woken.drainPermits();
                    if (relay(connection, select, delete) < BATCH) {
                        woken.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
                    }
                }
            }
        }
    }

    private int relay(Connection connection, PreparedStatement select, PreparedStatement delete) throws Exception {
        List<Long> ids = new ArrayList<>(BATCH);
        List<Future<RecordMetadata>> sends = new ArrayList<>(BATCH);
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
                sends.add(producer().send(record(rows)));
            }
        }
        if (!ids.isEmpty()) {
            producer().flush();
            for (Future<RecordMetadata> send : sends) {
                send.get();
            }
            delete.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            delete.executeUpdate();
        }
        connection.commit();
        return ids.size();
    }

    private static ProducerRecord<String, byte[]> record(ResultSet row) throws SQLException {
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(row.getString(4), row.getString(2), row.getBytes(5));
        record.headers().add("type", row.getString(3).getBytes(StandardCharsets.UTF_8));
        record.headers().add("id", row.getString(6).getBytes(StandardCharsets.UTF_8));
        return record;
    }
}
