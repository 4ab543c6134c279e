package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micropatterns.core.cursor.Events.Event;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class SnapshotFollowerTests {

    private Events events;
    private SnapshotFollower<Event> follower;

    @BeforeEach
    void table() {
        events = Events.create();
        follower = events.follower();
    }

    @Test
    void emptyPageKeepsThePlaceForNothingProvesThatTransactionIdsWereUsed() {
        SnapshotCursor beginning = follower.beginning();
        SnapshotPage<Event> page = follower.read(beginning, 10);
        assertThat(page.rows()).isEmpty();
        assertThat(page.sliceDone()).isTrue();
        assertThat(page.next()).isEqualTo(beginning);
    }

    @Test
    void readsFromTheEndOnlyWhatCommitsLater() throws Exception {
        events.insert(1, 3);
        try (Connection open = events.open(4)) {
            SnapshotCursor end = follower.end();
            events.insert(5, 5);
            assertThat(numbers(follower.read(end, 10))).containsExactly(5L);
            open.commit();
            assertThat(numbers(follower.read(end, 10))).containsExactly(4L, 5L);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 100, Integer.MAX_VALUE})
    void readsPagesOfAnySize(int limit) {
        events.insert(1, 5);
        events.insert(6, 6);
        List<Long> read = new ArrayList<>();
        SnapshotCursor last = drain(follower.beginning(), limit, read);
        assertThat(read).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(last.highest()).isEqualTo(6);
        assertThat(follower.read(last, limit).rows()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 9, 10, 11, 12, 1_000})
    void pagesEndWithTheRowByWhichTheirSizesReachTheBound(long maxSize) throws Exception {
        SnapshotFollower<Event> sized =
                Events.builder(events.dataSource()).size("n::int").build();
        List<Long> read = new ArrayList<>();
        try (Connection late = events.open(7)) {
            events.insert(1, 6);
            SnapshotCursor cursor = drain(sized, sized.beginning(), maxSize, read);
            late.commit();
            events.insert(8, 9);
            cursor = drain(sized, cursor, maxSize, read);
            assertThat(sized.read(cursor, 10, maxSize).rows()).isEmpty();
        }
        assertThat(read).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    private static SnapshotCursor drain(
            SnapshotFollower<Event> sized, SnapshotCursor from, long maxSize, List<Long> read) {
        SnapshotCursor cursor = from;
        SnapshotPage<Event> page;
        do {
            page = sized.read(cursor, 10, maxSize);
            long size = page.rows().stream().mapToLong(Event::n).sum();
            long last = page.rows().isEmpty()
                    ? 0
                    : page.rows().get(page.rows().size() - 1).n();
            assertThat(size - last).isLessThan(maxSize);
            assertThat(page.sliceDone() || size >= maxSize).isTrue();
            page.rows().forEach(event -> read.add(event.n()));
            cursor = page.next();
        } while (!page.rows().isEmpty());
        return cursor;
    }

    @Test
    void walksALargeBacklogInWhichALateCommitterHasTheLowestPositions() throws Exception {
        List<Long> read = new ArrayList<>();
        try (Connection late = events.open(1_000_001)) {
            late.createStatement().execute("insert into event (n) select generate_series(1000002, 1000010)");
            for (int i = 0; i < 20; i++) {
                events.insert(i * 1_000L + 1, i * 1_000L + 1_000);
            }
            SnapshotCursor cursor = drain(follower.beginning(), 700, read);
            assertThat(read).containsExactlyElementsOf(range(1, 20_000));

            read.clear();
            events.insert(20_001, 25_000);
            SnapshotPage<Event> first = follower.read(cursor, 700);
            assertThat(first.sliceDone()).isFalse();
            // Commits while the follower is within a slice, so it belongs to the next one.
            late.commit();
            assertThat(numbers(first)).containsExactlyElementsOf(range(20_001, 20_700));
            cursor = drainSlice(first.next(), 700, read);
            assertThat(read).containsExactlyElementsOf(range(20_701, 25_000));

            read.clear();
            events.insert(25_001, 30_000);
            drain(cursor, 700, read);
            List<Long> expected = new ArrayList<>(range(1_000_001, 1_000_010));
            expected.addAll(range(25_001, 30_000));
            assertThat(read).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void rowsDeletedWhileTheirSliceIsReadDoNoHarm() {
        events.insert(1, 10);
        SnapshotPage<Event> page = follower.read(follower.beginning(), 3);
        events.jdbc().execute("delete from event");
        SnapshotPage<Event> next = follower.read(page.next(), 3);
        assertThat(next.rows()).isEmpty();
        assertThat(next.sliceDone()).isTrue();
        events.insert(11, 11);
        assertThat(numbers(follower.read(next.next(), 3))).containsExactly(11L);
    }

    @Test
    void readsOutsideTheCallersTransaction() {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(events.dataSource()));
        transaction.executeWithoutResult(status -> {
            events.insert(1, 1);
            assertThat(follower.read(follower.beginning(), 10).rows()).isEmpty();
        });
        assertThat(follower.read(follower.beginning(), 10).rows()).hasSize(1);
    }

    @Test
    void readsOnAPoolWithoutAutoCommit() throws Exception {
        try (Connection connection = events.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            SnapshotFollower<Event> onPool = Events.builder(new SingleConnectionDataSource(connection, true))
                    .build();
            SnapshotCursor cursor = onPool.read(onPool.beginning(), 10).next();
            events.insert(1, 1);
            assertThat(onPool.read(cursor, 10).rows()).hasSize(1);
        }
    }

    @Test
    void followsAllColumnsAndTheRowsOfAFilter() {
        events.jdbc().execute("insert into event (shard, key, n) values (1, 7, 1), (2, 8, 2), (1, 9, 3)");
        SnapshotFollower<Long> shard = SnapshotFollower.builder(
                        events.dataSource(), "public.event", (row, number) -> row.getLong("n"))
                .filter("shard = ?", 1)
                .build();
        assertThat(shard.read(shard.beginning(), 10).rows()).containsExactly(1L, 3L);
        assertThat(shard.read(shard.beginning(), 1).rows()).containsExactly(1L);
    }

    @Test
    void refusesALimitBelowOne() {
        SnapshotCursor beginning = follower.beginning();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> follower.read(beginning, 0))
                .withMessageContaining("0");
    }

    @Test
    void refusesTheCursorOfAnotherCluster() {
        SnapshotCursor cursor = follower.end();
        follower.verify(cursor);
        SnapshotCursor foreign = SnapshotCursor.parse(cursor.toString().replace(cursor.cluster(), "4711"));
        assertThatExceptionOfType(CursorMismatchException.class)
                .isThrownBy(() -> follower.verify(foreign))
                .withMessageContaining("event")
                .withMessageContaining("4711")
                .withMessageContaining(cursor.cluster());
    }

    @Test
    void refusesACursorWhoseTransactionsAreStillToCome() {
        TransactionSnapshot now = TransactionSnapshot.parse(
                events.jdbc().queryForObject("select pg_current_snapshot()::text", String.class));
        String ahead = now.xmax() + 1_000 + ":" + (now.xmax() + 1_000) + ":";
        SnapshotCursor between = SnapshotCursor.at(follower.end().cluster(), TransactionSnapshot.parse(ahead), 0);
        SnapshotCursor within = follower.end().within(TransactionSnapshot.parse(ahead), 0);
        assertThatExceptionOfType(CursorMismatchException.class)
                .isThrownBy(() -> follower.verify(between))
                .withMessageContaining(String.valueOf(now.xmax() + 1_000));
        assertThatExceptionOfType(CursorMismatchException.class).isThrownBy(() -> follower.verify(within));
        assertThatExceptionOfType(CursorMismatchException.class).isThrownBy(() -> follower.read(between, 10));
    }

    @Test
    void refusesRowsWhoseTransactionsAreStillToCome() {
        events.jdbc().update("insert into event (xid, n) values ('99999999', 1)");
        assertThatExceptionOfType(CursorMismatchException.class)
                .isThrownBy(() -> follower.read(follower.beginning(), 10))
                .withMessageContaining("99999999");
        events.insert(2, 20);
        SnapshotCursor cursor = drainSlice(follower.beginning(), 3, new ArrayList<>());
        assertThatExceptionOfType(CursorMismatchException.class).isThrownBy(() -> follower.read(cursor, 10));
    }

    private SnapshotCursor drain(SnapshotCursor from, int limit, List<Long> into) {
        SnapshotCursor cursor = from;
        SnapshotPage<Event> page;
        do {
            page = follower.read(cursor, limit);
            into.addAll(numbers(page));
            cursor = SnapshotCursor.parse(page.next().toString());
        } while (!page.sliceDone() || !page.rows().isEmpty());
        return cursor;
    }

    private SnapshotCursor drainSlice(SnapshotCursor from, int limit, List<Long> into) {
        SnapshotPage<Event> page = follower.read(from, limit);
        into.addAll(numbers(page));
        while (!page.sliceDone()) {
            page = follower.read(page.next(), limit);
            into.addAll(numbers(page));
        }
        return page.next();
    }

    private static List<Long> numbers(SnapshotPage<Event> page) {
        return page.rows().stream().map(Event::n).toList();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }
}
