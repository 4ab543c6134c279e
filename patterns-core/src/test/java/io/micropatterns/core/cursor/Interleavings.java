package io.micropatterns.core.cursor;

import io.micropatterns.core.cursor.FollowerModel.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Drives several writers and followers in one thread, so that every interleaving of their steps is possible and can be
 * repeated from its seed. A writer takes a key's lock only when it is free, so that no step ever blocks.
 */
final class Interleavings implements AutoCloseable {

    static final int KEYS = 6;

    static final int WRITERS = 6;

    private static final String INSERT = "insert into event (shard, key, n)"
            + " select ?, ?, n from generate_series(?::bigint, ?::bigint) n order by n";

    private final SplittableRandom random;
    private final List<Writer> writers = new ArrayList<>();
    private final FollowerModel all;
    private final FollowerModel shard;
    private final Set<Integer> lockedKeys = new HashSet<>();
    private long numbers;
    private long commits;

    /** Over connections that can be used again when this has been closed: connecting costs more than many steps. */
    Interleavings(
            List<Connection> connections,
            SnapshotFollower<Events.Event> all,
            SnapshotFollower<Events.Event> shard,
            long seed)
            throws SQLException {
        this.random = new SplittableRandom(seed);
        this.numbers = Math.max(0, seed) % 1_000_000 * 10_000_000L;
        for (Connection connection : connections) {
            writers.add(new Writer(connection));
        }
        this.all = new FollowerModel(all);
        this.shard = new FollowerModel(shard);
    }

    /** One schedule of random steps. Transactions may stay open across its end; all that committed is read by then. */
    void run() throws SQLException {
        for (int steps = random.nextInt(15, 41); steps > 0; steps--) {
            step();
        }
        all.drain(random.nextInt(1, 8), commits);
        shard.drain(random.nextInt(1, 8), commits);
    }

    private void step() throws SQLException {
        int choice = random.nextInt(100);
        if (choice >= 75) {
            FollowerModel follower = random.nextBoolean() ? all : shard;
            if (choice < 92) {
                follower.read(random.nextInt(10) == 0 ? 1_000 : random.nextInt(1, 6), commits);
            } else if (choice < 97) {
                follower.save();
            } else {
                follower.restart();
            }
            return;
        }
        // The first two writers are left alone most of the time: their transactions grow old.
        int number = random.nextInt(20) == 0 ? random.nextInt(2) : random.nextInt(2, WRITERS);
        Writer writer = writers.get(number);
        if (choice < 8) {
            writer.takeTransactionId();
        } else if (choice < 42) {
            writer.insert();
        } else if (choice < 48) {
            writer.savepoint();
        } else if (choice < 52) {
            writer.rollBackToSavepoint();
        } else if (choice < 66) {
            writer.commit();
        } else {
            writer.rollBack();
        }
    }

    @Override
    public void close() throws SQLException {
        for (Writer writer : writers) {
            writer.connection.rollback();
            writer.close();
        }
    }

    private final class Writer {

        private final Connection connection;
        private final PreparedStatement insert;
        private final PreparedStatement lockAndInsert;
        private final Statement statement;
        private final List<Row> rows = new ArrayList<>();
        private final Set<Integer> keys = new HashSet<>();
        private @Nullable Savepoint savepoint;
        private int rowsAtSavepoint;
        private final Set<Integer> keysAtSavepoint = new HashSet<>();

        Writer(Connection connection) throws SQLException {
            this.connection = connection;
            this.statement = connection.createStatement();
            this.insert = connection.prepareStatement(INSERT);
            // Two statements in one round trip.
            this.lockAndInsert =
                    connection.prepareStatement("select 1 from event_key where key = ? for update; " + INSERT);
        }

        void close() throws SQLException {
            statement.close();
            insert.close();
            lockAndInsert.close();
        }

        void takeTransactionId() throws SQLException {
            statement.execute("select pg_current_xact_id()");
        }

        void insert() throws SQLException {
            int key = random.nextInt(KEYS + 1);
            boolean lock = key != 0 && !keys.contains(key);
            if (lock) {
                if (!lockedKeys.add(key)) {
                    return;
                }
                keys.add(key);
                lockAndInsert.setInt(1, key);
            }
            int count = random.nextInt(4) == 0 ? random.nextInt(2, 6) : 1;
            PreparedStatement inserting = lock ? lockAndInsert : insert;
            int parameter = lock ? 2 : 1;
            inserting.setInt(parameter++, key % 2);
            inserting.setInt(parameter++, key);
            inserting.setLong(parameter++, numbers + 1);
            inserting.setLong(parameter, numbers + count);
            inserting.execute();
            for (int i = 0; i < count; i++) {
                rows.add(new Row(++numbers, key, 0));
            }
        }

        void savepoint() throws SQLException {
            savepoint = connection.setSavepoint();
            rowsAtSavepoint = rows.size();
            keysAtSavepoint.clear();
            keysAtSavepoint.addAll(keys);
        }

        void rollBackToSavepoint() throws SQLException {
            if (savepoint != null) {
                connection.rollback(savepoint);
                rows.subList(rowsAtSavepoint, rows.size()).clear();
                keys.retainAll(keysAtSavepoint);
                releaseKeys();
            }
        }

        void commit() throws SQLException {
            connection.commit();
            commits++;
            for (Row row : rows) {
                Row committed = new Row(row.n(), row.key(), commits);
                all.committed(committed);
                if (row.key() % 2 == 1) {
                    shard.committed(committed);
                }
            }
            end();
        }

        void rollBack() throws SQLException {
            connection.rollback();
            end();
        }

        private void end() {
            rows.clear();
            keys.clear();
            savepoint = null;
            releaseKeys();
        }

        private void releaseKeys() {
            lockedKeys.clear();
            writers.forEach(writer -> lockedKeys.addAll(writer.keys));
        }
    }
}
