package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.core.cursor.Events.Event;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dump restored elsewhere: another system identifier, and rows whose transaction ids belong to the old cluster. */
class SnapshotFollowerRebaseTests {

    private static final long OLD_CLUSTER_AHEAD = 1_000_000;

    private Events events;
    private SnapshotFollower<Event> follower;
    private final List<Long> read = new ArrayList<>();

    @BeforeEach
    void table() {
        events = Events.create();
        follower = events.follower();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, OLD_CLUSTER_AHEAD})
    void readsTheUnreadOnceAndTheReadNoMore(long ahead) throws Exception {
        SnapshotCursor cursor;
        try (Connection late = events.open(1)) {
            events.insert(2, 6);
            cursor = drain(follower.beginning(), 100);
            late.commit();
        }
        events.insert(7, 12);
        assertThat(read).containsExactly(2L, 3L, 4L, 5L, 6L);
        SnapshotCursor restored = restore(cursor, ahead);
        assertThatExceptionOfType(CursorMismatchException.class).isThrownBy(() -> follower.verify(restored));

        read.clear();
        AtomicReference<SnapshotCursor> saved = new AtomicReference<>();
        SnapshotCursor rebased =
                SnapshotCursor.parse(follower.rebase(restored, saved::set).toString());
        assertThat(saved.get()).isEqualTo(rebased);
        follower.verify(rebased);
        events.insert(13, 14);
        SnapshotCursor end = drain(rebased, 3);
        assertThat(read).containsExactly(1L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L);
        assertThat(end.highest()).isEqualTo(14);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, OLD_CLUSTER_AHEAD})
    void goesOnWithinASlice(long ahead) throws Exception {
        SnapshotCursor cursor;
        try (Connection late = events.open(1)) {
            events.insert(2, 6);
            cursor = drain(follower.beginning(), 100);
            events.insert(7, 12);
            late.commit();
        }
        events.insert(13, 20);
        read.clear();
        SnapshotPage<Event> page = follower.read(cursor, 4);
        page.rows().forEach(event -> read.add(event.n()));
        events.insert(21, 22);

        drain(follower.rebase(restore(page.next(), ahead), saved -> {}), 5);
        assertThat(read).startsWith(1L, 7L, 8L, 9L).containsExactlyElementsOf(numbers(1, 1, 7, 22));
    }

    @Test
    void fromTheBeginningReadsAllAndFromTheEndNothingThatIsThere() {
        events.insert(1, 10);
        SnapshotCursor end = restore(follower.end(), OLD_CLUSTER_AHEAD);
        SnapshotCursor beginning = restore(follower.beginning(), 0);
        SnapshotCursor rebasedEnd = follower.rebase(end, saved -> {});
        drain(rebasedEnd, 3);
        assertThat(read).isEmpty();
        drain(follower.rebase(beginning, saved -> {}), 3);
        assertThat(read).containsExactlyElementsOf(numbers(1, 10));
    }

    @Test
    void aCursorThatCannotBeSavedLeavesEverythingAsItWas() {
        events.insert(1, 5);
        SnapshotCursor restored = restore(follower.beginning(), OLD_CLUSTER_AHEAD);
        List<String> before = transactionsOf(0);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> follower.rebase(restored, saved -> {
                    throw new IllegalStateException("no longer the holder");
                }));
        assertThat(transactionsOf(0)).isEqualTo(before);

        drain(follower.rebase(restored, saved -> {}), 3);
        assertThat(read).containsExactlyElementsOf(numbers(1, 5));
    }

    @Test
    void leavesTheRowsOfOtherShardsAlone() {
        events.jdbc().execute("insert into event (shard, n) select n % 2, n from generate_series(1, 10) n");
        List<String> before = transactionsOf(0);
        SnapshotFollower<Event> shard = events.follower(1);
        SnapshotCursor rebased = shard.rebase(restoreCursor(shard.beginning(), 0), saved -> {});
        assertThat(transactionsOf(0)).isEqualTo(before);
        assertThat(shard.read(rebased, 10).rows().stream().map(Event::n)).containsExactly(1L, 3L, 5L, 7L, 9L);
    }

    @Test
    void writersThatGoOnMeanwhileLoseNothing() throws Exception {
        events.insert(1, 2_000);
        SnapshotCursor cursor = drain(follower.beginning(), 500);
        events.insert(2_001, 4_000);
        SnapshotCursor restored = restore(cursor, OLD_CLUSTER_AHEAD);
        read.clear();

        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicLong numbers = new AtomicLong(4_000);
        CountDownLatch begun = new CountDownLatch(8);
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                writers.add(executor.submit(() -> {
                    while (writing.get()) {
                        long n = numbers.incrementAndGet();
                        try (Connection connection = events.dataSource().getConnection()) {
                            connection.setAutoCommit(false);
                            // Its transaction id is older than its row, and maybe than the rebase.
                            connection.createStatement().execute("select pg_current_xact_id()");
                            connection.createStatement().execute("insert into event (n) values (" + n + ")");
                            connection.commit();
                        }
                        begun.countDown();
                    }
                    return null;
                }));
            }
            assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
            SnapshotCursor rebased = follower.rebase(restored, saved -> {});
            rebased = drain(rebased, 300);
            writing.set(false);
            for (Future<?> writer : writers) {
                writer.get(1, TimeUnit.MINUTES);
            }
            drain(rebased, 300);
        } finally {
            executor.shutdownNow();
        }
        assertThat(read).containsExactlyInAnyOrderElementsOf(numbers(2_001, numbers.get()));
    }

    private SnapshotCursor restore(SnapshotCursor cursor, long ahead) {
        events.jdbc().update("update event set xid = (xid::text::bigint + ?)::text::xid8", ahead);
        return restoreCursor(cursor, ahead);
    }

    private static SnapshotCursor restoreCursor(SnapshotCursor cursor, long ahead) {
        TransactionSnapshot slice = cursor.slice();
        return new SnapshotCursor(
                "4711",
                ahead(cursor.read(), ahead),
                slice == null ? null : ahead(slice, ahead),
                cursor.position(),
                cursor.highest());
    }

    private static TransactionSnapshot ahead(TransactionSnapshot snapshot, long ahead) {
        String[] parts = snapshot.toString().split("[:,]");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < parts.length; i++) {
            text.append(Long.parseLong(parts[i]) + ahead).append(i < 2 ? ":" : ",");
        }
        return TransactionSnapshot.parse(text.toString().replaceAll(",$", ""));
    }

    private List<String> transactionsOf(int shard) {
        return events.jdbc()
                .queryForList("select xid::text from event where shard = ? order by position", String.class, shard);
    }

    private SnapshotCursor drain(SnapshotCursor from, int limit) {
        SnapshotPage<Event> page = follower.read(from, limit);
        page.rows().forEach(event -> read.add(event.n()));
        while (!page.sliceDone()) {
            page = follower.read(page.next(), limit);
            page.rows().forEach(event -> read.add(event.n()));
        }
        return page.next();
    }

    private static List<Long> numbers(long... bounds) {
        LongStream numbers = LongStream.empty();
        for (int i = 0; i < bounds.length; i += 2) {
            numbers = LongStream.concat(numbers, LongStream.rangeClosed(bounds[i], bounds[i + 1]));
        }
        return numbers.boxed().toList();
    }
}
