package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.cursor.Events.Event;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

@Tag("property")
class SnapshotFollowerConcurrencyTests {

    private static final int WRITERS = 12;
    private static final int TRANSACTIONS = 700;
    private static final int KEYS = 20;

    private final Events events = Events.create();
    private final Set<Long> committed = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong(1_000_000);

    @Test
    void followersOfTableAndShardsReadWhatTwelveWritersCommit() throws Exception {
        events.jdbc().execute("create table event_key (key int primary key, version bigint not null default 0)");
        events.jdbc().execute("insert into event_key select generate_series(1, " + KEYS + ")");
        ExecutorService executor = Executors.newCachedThreadPool();
        try (Connection open = events.open(1)) {
            AtomicBoolean writing = new AtomicBoolean(true);
            List<Future<List<Event>>> followers = new ArrayList<>();
            for (int shard = -1; shard < 2; shard++) {
                int followed = shard;
                followers.add(executor.submit(() -> follow(followed, writing)));
            }
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int seed = i;
                writers.add(executor.submit(() -> write(seed)));
            }
            for (Future<?> writer : writers) {
                writer.get(5, TimeUnit.MINUTES);
            }
            writing.set(false);
            List<List<Event>> read = new ArrayList<>();
            for (Future<List<Event>> follower : followers) {
                read.add(follower.get(5, TimeUnit.MINUTES));
            }
            assertThat(committed).hasSizeGreaterThan(10_000);
            check(read.get(0), committed);
            Set<Long> odd = committed.stream().filter(n -> n % 2 == 1).collect(Collectors.toSet());
            check(read.get(2), odd);
            check(read.get(1), committed.stream().filter(n -> n % 2 == 0).collect(Collectors.toSet()));
            open.rollback();
        } finally {
            executor.shutdownNow();
        }
    }

    /** Numbers of one key are taken under its lock, and grow in its commit order; their parity is the shard. */
    private Void write(int seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        try (Connection connection = events.dataSource().getConnection();
                var statement = connection.createStatement();
                var lock = connection.prepareStatement("select 1 from event_key where key = ? for update");
                var insert = connection.prepareStatement("insert into event (shard, key, n) values (?, ?, ?)")) {
            statement.execute("set synchronous_commit = off");
            connection.setAutoCommit(false);
            for (int i = 0; i < TRANSACTIONS; i++) {
                if (random.nextInt(4) == 0) {
                    statement.execute("select pg_current_xact_id()");
                }
                int key = random.nextInt(1, KEYS + 1);
                lock.setInt(1, key);
                lock.execute();
                List<Long> rows = new ArrayList<>();
                for (int count = random.nextInt(1, 6); count > 0; count--) {
                    long n = numbers.incrementAndGet() * 2 + key % 2;
                    insert.setInt(1, key % 2);
                    insert.setInt(2, key);
                    insert.setLong(3, n);
                    insert.executeUpdate();
                    rows.add(n);
                }
                if (random.nextInt(5) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                    committed.addAll(rows);
                }
            }
        }
        return null;
    }

    private List<Event> follow(int shard, AtomicBoolean writing) throws Exception {
        SplittableRandom random = new SplittableRandom(shard);
        List<Event> read = new ArrayList<>();
        try (Connection connection = events.dataSource().getConnection()) {
            SingleConnectionDataSource reused = new SingleConnectionDataSource(connection, true);
            SnapshotFollower.Builder<Event> builder = Events.builder(reused);
            SnapshotFollower<Event> follower = shard < 0
                    ? builder.build()
                    : builder.filter("shard = ?", shard).build();
            String cursor = follower.beginning().toString();
            boolean more = true;
            while (more) {
                boolean last = !writing.get();
                SnapshotPage<Event> page;
                do {
                    int limit = random.nextInt(5) == 0 ? random.nextInt(1, 1_000) : random.nextInt(1, 20);
                    page = follower.read(SnapshotCursor.parse(cursor), limit);
                    read.addAll(page.rows());
                    cursor = page.next().toString();
                } while (!page.sliceDone());
                more = !last || !page.rows().isEmpty();
            }
        }
        return read;
    }

    private static void check(List<Event> read, Collection<Long> expected) {
        assertThat(read.stream().map(Event::n)).doesNotHaveDuplicates();
        assertThat(read.stream().map(Event::n).collect(Collectors.toSet())).isEqualTo(Set.copyOf(expected));
        Map<Integer, Long> last = new HashMap<>();
        for (Event event : read) {
            assertThat(last.getOrDefault(event.key(), 0L)).isLessThan(event.n());
            last.put(event.key(), event.n());
        }
    }
}
