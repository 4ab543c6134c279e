package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.cursor.Events.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Random interleavings of open, late and rolled-back transactions against a model. {@code patterns.cursor.interleavings}
 * says how many, {@code patterns.cursor.seed} which: the seed that a failure names, and 100, play its schedule alone.
 */
@Tag("property")
class SnapshotFollowerInterleavingTests {

    private static final int FOR_EACH_ROUND = 500;
    private static final int FROM_ONE_SEED = 100;

    /** Each waits for answers most of the time. */
    private static final int LANES = 2;

    @Test
    void everyCommittedRowIsReadOnceInTheOrderOfItsKeyAndNobodyIsWaitedFor() throws Exception {
        int count = Integer.getInteger(
                "patterns.cursor.interleavings", FOR_EACH_ROUND * Integer.getInteger("patterns.fault.rounds", 20));
        long firstSeed = Long.getLong("patterns.cursor.seed", System.nanoTime() % 1_000_000);
        AtomicLong nextSeed = new AtomicLong(firstSeed);
        long endSeed = firstSeed + (count + FROM_ONE_SEED - 1) / FROM_ONE_SEED;
        ExecutorService executor = Executors.newFixedThreadPool(LANES);
        try {
            List<Future<Integer>> lanes = new ArrayList<>();
            for (int i = 0; i < LANES; i++) {
                lanes.add(executor.submit(() -> play(nextSeed, endSeed)));
            }
            int done = 0;
            for (Future<Integer> lane : lanes) {
                done += lane.get();
            }
            assertThat(done).isGreaterThanOrEqualTo(count);
        } finally {
            executor.shutdownNow();
        }
    }

    /** Plays seeds while there are any, in a database of its own, and answers how many interleavings that were. */
    private static int play(AtomicLong nextSeed, long endSeed) throws SQLException {
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
            for (long seed = nextSeed.getAndIncrement(); seed < endSeed; seed = nextSeed.getAndIncrement()) {
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
        return done;
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
