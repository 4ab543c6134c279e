package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.cursor.Events.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Random interleavings of open, late and rolled-back transactions against a model. {@code patterns.cursor.interleavings}
 * says how many, {@code patterns.cursor.seed} which.
 */
@Tag("property")
class SnapshotFollowerInterleavingTests {

    private static final int FOR_EACH_ROUND = 500;
    private static final int FROM_ONE_SEED = 100;

    @Test
    void everyCommittedRowIsReadOnceInTheOrderOfItsKeyAndNobodyIsWaitedFor() throws Exception {
        int count = Integer.getInteger(
                "patterns.cursor.interleavings", FOR_EACH_ROUND * Integer.getInteger("patterns.fault.rounds", 20));
        long seed = Long.getLong("patterns.cursor.seed", System.nanoTime() % 1_000_000);
        Events events = Events.create();
        events.jdbc().execute("create table event_key (key int primary key)");
        events.jdbc().execute("insert into event_key select generate_series(1, " + Interleavings.KEYS + ")");
        int done = 0;
        List<Connection> writers = writers(events);
        try (Connection connection = events.dataSource().getConnection()) {
            SingleConnectionDataSource reused = new SingleConnectionDataSource(connection, true);
            SnapshotFollower<Event> all = Events.builder(reused).build();
            SnapshotFollower<Event> shard =
                    Events.builder(reused).filter("shard = ?", 1).build();
            for (; done < count; seed++) {
                try (Interleavings interleavings = new Interleavings(writers, all, shard, seed)) {
                    for (int i = 0; i < FROM_ONE_SEED; i++, done++) {
                        interleavings.run();
                    }
                } catch (AssertionError e) {
                    throw new AssertionError("-Dpatterns.cursor.seed=" + seed + ": " + e.getMessage(), e);
                }
            }
        } finally {
            for (Connection writer : writers) {
                writer.close();
            }
        }
        assertThat(done).isGreaterThanOrEqualTo(count);
    }

    private static List<Connection> writers(Events events) throws SQLException {
        List<Connection> writers = new ArrayList<>();
        for (int i = 0; i < Interleavings.WRITERS; i++) {
            Connection writer = events.dataSource().getConnection();
            writers.add(writer);
            try (Statement statement = writer.createStatement()) {
                statement.execute("set synchronous_commit = off");
            }
            writer.setAutoCommit(false);
        }
        return writers;
    }
}
