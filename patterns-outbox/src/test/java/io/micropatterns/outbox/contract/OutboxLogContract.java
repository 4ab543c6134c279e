package io.micropatterns.outbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micropatterns.core.cursor.CursorMismatchException;
import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.SnapshotPage;
import io.micropatterns.outbox.FencedException;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.OutboxStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What every {@link OutboxLog} must do. A subclass for each implementation says how to make an outbox, and how to reach
 * it.
 */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test
public abstract class OutboxLogContract {

    private static final int SECONDS = 60;
    private static final long ANY_SIZE = Long.MAX_VALUE;

    private final ExecutorService others = Executors.newCachedThreadPool();
    private OutboxStore store;
    private TransactionOperations transaction;
    private OutboxLog log;

    /** Makes an empty outbox that nobody else has, with no shards yet; called once a test, before the other methods. */
    protected abstract void newOutbox();

    /** What an instance does when it starts that spreads events over so many shards. */
    protected abstract void registerShards(int count);

    /** Another log of the test's outbox, as another instance would have. */
    protected abstract OutboxLog newLog();

    /** A store of the test's outbox. */
    protected abstract OutboxStore store();

    /** Opens the transactions that the store joins, and the log where it opens one. */
    protected abstract TransactionOperations transaction();

    @BeforeEach
    final void startLog() {
        newOutbox();
        registerShards(2);
        store = store();
        transaction = transaction();
        log = newLog();
    }

    @AfterEach
    final void endOtherThreads() {
        others.shutdownNow();
    }

    @Test
    void knowsEveryShardThatWasEverRegistered() {
        assertThat(log.shards()).containsExactlyInAnyOrder(0, 1);
        registerShards(4);
        assertThat(log.shards()).containsExactlyInAnyOrder(0, 1, 2, 3);
        registerShards(1);
        assertThat(log.shards()).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(newLog().shards()).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void registeringAgainForgetsNothing() {
        OutboxLog.Shard shard = log.shard(1);
        insert(Events.of(1, "k", "1"));
        SnapshotCursor progress = shard.read(shard.beginning(), 10, ANY_SIZE).next();
        shard.saveProgress(progress, 5);
        registerShards(2);

        assertThat(shard.progress()).contains(progress);
        assertFenced(1, () -> shard.claim(4));
    }

    @Test
    void everyInstanceSeesThePause() {
        OutboxLog other = newLog();
        assertThat(log.isPaused()).isFalse();
        log.setPaused(true);
        assertThat(log.isPaused()).isTrue();
        assertThat(other.isPaused()).isTrue();
        other.setPaused(true);
        other.setPaused(false);
        assertThat(log.isPaused()).isFalse();
    }

    @Test
    void readsEveryCommittedEventOfItsShardOnceInOrderAndWhole() {
        List<OutboxRecord> events = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            events.add(Events.of(i % 2, "k" + i % 3, Integer.toString(i)));
        }
        insert(events.subList(0, 10).toArray(OutboxRecord[]::new));
        events.subList(10, 20).forEach(this::insert);

        for (int shard = 0; shard < 2; shard++) {
            int number = shard;
            List<OutboxRecord> expected =
                    events.stream().filter(event -> event.shard() == number).toList();
            List<OutboxRecord> read = drain(log.shard(shard), log.shard(shard).beginning(), 100);
            assertThat(read).extracting(OutboxRecord::id).isEqualTo(ids(expected));
            assertThat(read)
                    .extracting(OutboxRecord::key)
                    .isEqualTo(expected.stream().map(OutboxRecord::key).toList());
            assertThat(Events.contents(read)).isEqualTo(Events.contents(expected));
            assertThat(read).extracting(OutboxRecord::position).doesNotHaveDuplicates();
            assertThat(read).allMatch(event -> event.shard() == number);
        }
    }

    @Test
    void readsByPages() {
        insert(numbered(0, 7));
        OutboxLog.Shard shard = log.shard(0);
        SnapshotPage<OutboxRecord> first = shard.read(shard.beginning(), 3, ANY_SIZE);
        assertThat(Events.contents(first.rows())).containsExactly("0", "1", "2");
        assertThat(first.sliceDone()).isFalse();

        insert(numbered(7, 9));
        assertThat(Events.contents(drain(shard, first.next(), 2))).containsExactly("3", "4", "5", "6", "7", "8");
    }

    @Test
    void hasTheEventsOfGivenTransactions() {
        OutboxLog.Shard shard = log.shard(0);
        long first = nextTransaction(shard);
        insert(numbered(0, 3));
        long second = nextTransaction(shard);
        insert(numbered(3, 5));
        insert(Events.of(1, "k", "of another shard"));
        long end = nextTransaction(shard);
        List<OutboxRecord> all = drain(shard, shard.beginning(), 100);

        assertThat(shard.ofTransactions(between(first, end), List.of()))
                .extracting(OutboxRecord::id)
                .isEqualTo(ids(all));
        assertThat(Events.contents(shard.ofTransactions(between(second, end), List.of())))
                .containsExactly("3", "4");
        List<Long> without = List.of(all.get(1).position(), all.get(4).position());
        assertThat(Events.contents(shard.ofTransactions(between(first, second), without)))
                .containsExactly("0", "2");
        assertThat(shard.ofTransactions(List.of(), List.of())).isEmpty();
    }

    private static long nextTransaction(OutboxLog.Shard shard) {
        return shard.read(shard.beginning(), 100, ANY_SIZE).next().read().xmax();
    }

    private static List<Long> between(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    @Test
    void endsAPageWithTheEventByWhichItsPayloadsReachTheBound() {
        insert(
                Events.of(0, "k", "aaaa"),
                Events.of(0, "k", ""),
                Events.of(0, "k", "bbbbbb"),
                Events.of(0, "k", "larger than any bound"),
                Events.of(0, "k", "c"));
        OutboxLog.Shard shard = log.shard(0);
        List<List<String>> pages = new ArrayList<>();
        SnapshotCursor cursor = shard.beginning();
        boolean done = false;
        while (!done) {
            SnapshotPage<OutboxRecord> page = shard.read(cursor, 10, 10);
            pages.add(Events.contents(page.rows()));
            cursor = page.next();
            done = page.sliceDone();
        }

        assertThat(pages).last().isIn(List.of("c"), List.<String>of());
        assertThat(pages).startsWith(List.of("aaaa", "", "bbbbbb"), List.of("larger than any bound"), List.of("c"));
        assertThat(drain(shard, cursor, 10)).isEmpty();
    }

    @Test
    void tellsWhenNothingMoreWasWaiting() {
        OutboxLog.Shard shard = log.shard(0);
        SnapshotPage<OutboxRecord> none = shard.read(shard.beginning(), 3, ANY_SIZE);
        assertThat(none.rows()).isEmpty();
        assertThat(none.sliceDone()).isTrue();

        insert(numbered(0, 2));
        SnapshotPage<OutboxRecord> all = shard.read(none.next(), 3, ANY_SIZE);
        assertThat(Events.contents(all.rows())).containsExactly("0", "1");
        assertThat(all.sliceDone()).isTrue();
        assertThat(drain(shard, all.next(), 3)).isEmpty();
    }

    @Test
    void readsAgainFromACursorThatWasKeptAsText() {
        insert(numbered(0, 5));
        OutboxLog.Shard shard = log.shard(0);
        SnapshotPage<OutboxRecord> first = shard.read(shard.beginning(), 2, ANY_SIZE);
        SnapshotCursor kept = SnapshotCursor.parse(first.next().toString());
        assertThat(Events.contents(drain(shard, first.next(), 2))).containsExactly("2", "3", "4");
        insert(numbered(5, 6));

        assertThat(Events.contents(drain(newLog().shard(0), kept, 2))).containsExactly("2", "3", "4", "5");
    }

    @Test
    void readsNothingThatWasRolledBack() {
        insert(Events.of(0, "k", "1"));
        transaction.executeWithoutResult(status -> {
            store.insert(List.of(Events.of(0, "k", "rolled back")));
            status.setRollbackOnly();
        });
        insert(Events.of(0, "k", "2"));

        assertThat(Events.contents(drain(log.shard(0), log.shard(0).beginning(), 1)))
                .containsExactly("1", "2");
    }

    @Test
    void anOpenTransactionDelaysNobodyAndIsReadWhenItHasCommitted() throws Exception {
        OutboxLog.Shard shard = log.shard(0);
        CountDownLatch stored = new CountDownLatch(1);
        CountDownLatch commit = new CountDownLatch(1);
        Future<?> open = others.submit(() -> transaction.executeWithoutResult(status -> {
            store.insert(List.of(Events.of(0, "late", "late")));
            stored.countDown();
            await(commit);
        }));
        SnapshotCursor cursor;
        try {
            await(stored);
            insert(Events.of(0, "k", "1"));
            SnapshotPage<OutboxRecord> page = shard.read(shard.beginning(), 10, ANY_SIZE);
            assertThat(Events.contents(page.rows())).containsExactly("1");
            insert(Events.of(0, "k", "2"), Events.of(0, "k", "3"));
            SnapshotPage<OutboxRecord> next = shard.read(page.next(), 1, ANY_SIZE);
            assertThat(Events.contents(next.rows())).containsExactly("2");
            cursor = next.next();
        } finally {
            commit.countDown();
        }
        open.get(SECONDS, TimeUnit.SECONDS);

        assertThat(Events.contents(drain(shard, cursor, 10))).containsExactlyInAnyOrder("3", "late");
    }

    @Test
    void keepsEachKeysOrderWhileManyWrite() throws Exception {
        int writers = 4;
        Queue<UUID> committed = new ConcurrentLinkedQueue<>();
        List<Future<?>> all = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            String key = "k" + writer;
            all.add(others.submit(() -> write(key, committed)));
        }
        OutboxLog.Shard shard = log.shard(0);
        List<OutboxRecord> read = new ArrayList<>();
        SnapshotCursor cursor = shard.beginning();
        while (!all.stream().allMatch(Future::isDone)) {
            SnapshotPage<OutboxRecord> page = shard.read(cursor, 7, ANY_SIZE);
            read.addAll(page.rows());
            cursor = page.next();
        }
        for (Future<?> one : all) {
            one.get(SECONDS, TimeUnit.SECONDS);
        }
        read.addAll(drain(shard, cursor, 7));

        assertThat(read).extracting(OutboxRecord::id).containsExactlyInAnyOrderElementsOf(committed);
        for (int writer = 0; writer < writers; writer++) {
            String key = "k" + writer;
            assertThat(read.stream().filter(event -> key.equals(event.key())))
                    .extracting(event -> Integer.parseInt(Events.content(event)))
                    .as("the events of %s", key)
                    .isSorted();
        }
    }

    private void write(String key, Queue<UUID> committed) {
        for (int i = 0; i < 60; i++) {
            int number = i * 3;
            List<OutboxRecord> events = IntStream.rangeClosed(number, number + i % 3)
                    .mapToObj(n -> Events.of(0, key, Integer.toString(n)))
                    .toList();
            boolean doomed = i % 7 == 0;
            transaction.executeWithoutResult(status -> {
                store.insert(events);
                if (doomed) {
                    status.setRollbackOnly();
                }
            });
            if (!doomed) {
                committed.addAll(ids(events));
            }
        }
    }

    @Test
    void keepsTheProgressOfEachShard() {
        OutboxLog.Shard shard = log.shard(0);
        assertThat(shard.progress()).isEmpty();
        insert(numbered(0, 5));
        SnapshotCursor withinASlice = shard.read(shard.beginning(), 2, ANY_SIZE).next();
        shard.claim(1);
        shard.saveProgress(withinASlice, 1);
        assertThat(newLog().shard(0).progress()).contains(withinASlice);

        SnapshotCursor end = shard.read(withinASlice, 10, ANY_SIZE).next();
        shard.saveProgress(end, 1);
        assertThat(shard.progress()).contains(end);
        assertThat(log.shard(1).progress()).isEmpty();
    }

    @Test
    void claimRefusesSmallerTokens() {
        OutboxLog.Shard shard = log.shard(0);
        shard.claim(5);
        assertFenced(0, () -> newLog().shard(0).claim(4));
        shard.claim(5);
        newLog().shard(0).claim(6);
        assertFenced(0, () -> shard.claim(5));
        log.shard(1).claim(1);
        assertFenced(0, () -> shard.claim(1));
    }

    @Test
    void savesNoProgressWithASmallerToken() {
        insert(numbered(0, 5));
        OutboxLog.Shard zombie = log.shard(0);
        SnapshotCursor early = zombie.read(zombie.beginning(), 1, ANY_SIZE).next();
        zombie.claim(1);
        zombie.saveProgress(early, 1);
        OutboxLog.Shard successor = newLog().shard(0);
        successor.claim(2);

        assertFenced(
                0, () -> zombie.saveProgress(zombie.read(early, 1, ANY_SIZE).next(), 1));
        assertThat(successor.progress()).contains(early);
        SnapshotCursor late = successor.read(early, 2, ANY_SIZE).next();
        successor.saveProgress(late, 2);
        assertFenced(0, () -> zombie.saveProgress(early, 1));
        assertThat(successor.progress()).contains(late);
    }

    @Test
    void fencedWorkIsCommittedWithTheCurrentTokenAndNotBegunWithASmallerOne() {
        OutboxLog.Shard shard = log.shard(0);
        shard.claim(2);
        shard.fenced(2, () -> store.insert(List.of(Events.of(1, "k", "done"))));
        AtomicBoolean begun = new AtomicBoolean();
        assertFenced(0, () -> shard.fenced(1, () -> begun.set(true)));

        assertThat(begun).isFalse();
        assertThat(Events.contents(drain(log.shard(1), log.shard(1).beginning(), 10)))
                .containsExactly("done");
    }

    @Test
    void fencedWorkThatFailsIsRolledBack() {
        log.shard(0).claim(1);
        assertThatThrownBy(() -> log.shard(0).fenced(1, () -> {
                    store.insert(List.of(Events.of(1, "k", "failed")));
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");

        assertThat(drain(log.shard(1), log.shard(1).beginning(), 10)).isEmpty();
    }

    @Test
    void noWorkIsCommittedOnceTheShardHasBeenClaimedWithALargerToken() throws Exception {
        OutboxLog.Shard shard = log.shard(0);
        shard.claim(1);
        OutboxLog.Shard successor = newLog().shard(0);
        List<Future<?>> claims = new ArrayList<>();
        AtomicBoolean claimedMeanwhile = new AtomicBoolean();
        Throwable failure = catchThrowable(() -> shard.fenced(1, () -> {
            store.insert(List.of(Events.of(1, "k", "work")));
            Future<?> claim = others.submit(() -> successor.claim(2));
            claims.add(claim);
            claimedMeanwhile.set(endsSoon(claim));
        }));
        claims.get(0).get(SECONDS, TimeUnit.SECONDS);

        List<String> done = Events.contents(drain(log.shard(1), log.shard(1).beginning(), 10));
        if (claimedMeanwhile.get()) {
            assertThat(failure).isInstanceOf(FencedException.class);
            assertThat(done).isEmpty();
        } else {
            assertThat(failure).isNull();
            assertThat(done).containsExactly("work");
        }
        assertFenced(0, () -> shard.fenced(1, () -> {}));
    }

    @Test
    void eachCallIsATransactionOfItsOwn() {
        OutboxLog.Shard shard = log.shard(0);
        insert(Events.of(0, "k", "committed"));
        SnapshotCursor beginning = shard.beginning();
        List<SnapshotCursor> saved = new ArrayList<>();
        transaction.executeWithoutResult(status -> {
            store.insert(List.of(Events.of(0, "k", "not committed")));
            SnapshotPage<OutboxRecord> page = shard.read(beginning, 10, ANY_SIZE);
            assertThat(Events.contents(page.rows())).containsExactly("committed");
            shard.claim(3);
            shard.saveProgress(page.next(), 3);
            saved.add(page.next());
            status.setRollbackOnly();
        });

        assertThat(shard.progress()).contains(saved.get(0));
        assertFenced(0, () -> shard.claim(2));
    }

    @Test
    void verifiesCursorsOfThisDatabaseOnly() {
        OutboxLog.Shard shard = log.shard(0);
        insert(numbered(0, 3));
        SnapshotCursor beginning = shard.beginning();
        SnapshotCursor withinASlice = shard.read(beginning, 1, ANY_SIZE).next();
        SnapshotCursor end = shard.read(beginning, 10, ANY_SIZE).next();

        for (SnapshotCursor cursor : List.of(beginning, withinASlice, end)) {
            assertThatCode(() -> shard.verify(cursor)).doesNotThrowAnyException();
            assertThatThrownBy(() -> shard.verify(ofAnotherDatabase(cursor)))
                    .isInstanceOf(CursorMismatchException.class);
        }
    }

    @Test
    void aRebasedCursorGoesOnWhereItStood() {
        OutboxLog.Shard shard = log.shard(0);
        OutboxLog.Shard neighbour = log.shard(1);
        insert(Events.of(1, "n", "neighbour"));
        SnapshotCursor neighbours =
                neighbour.read(neighbour.beginning(), 10, ANY_SIZE).next();
        insert(numbered(0, 4));
        SnapshotCursor cursor = shard.read(shard.beginning(), 2, ANY_SIZE).next();

        SnapshotCursor rebased = shard.rebase(ofAnotherDatabase(cursor), null, 1);
        shard.verify(rebased);
        insert(numbered(4, 6));

        assertThat(Events.contents(drain(shard, rebased, 3))).containsExactly("2", "3", "4", "5");
        assertThat(drain(neighbour, neighbours, 10)).isEmpty();
    }

    @Test
    void rebasingSavesTheProgressAndWhatTheStreamRemembers() {
        OutboxLog.Shard shard = log.shard(0);
        insert(numbered(0, 4));
        SnapshotCursor stream =
                ofAnotherDatabase(shard.read(shard.beginning(), 1, ANY_SIZE).next());
        SnapshotCursor from =
                ofAnotherDatabase(shard.read(shard.beginning(), 2, ANY_SIZE).next());
        assertThat(shard.rebasedFrom()).isEmpty();
        shard.claim(2);
        SnapshotCursor rebased = shard.rebase(from, stream, 2);

        assertThat(newLog().shard(0).progress()).contains(rebased);
        assertThat(newLog().shard(0).rebasedFrom()).contains(stream);
        assertThat(log.shard(1).rebasedFrom()).isEmpty();
        shard.rebase(rebased, null, 2);
        assertThat(shard.rebasedFrom()).isEmpty();
    }

    @Test
    void rebasesNothingWithASmallerToken() {
        OutboxLog.Shard shard = log.shard(0);
        insert(numbered(0, 4));
        SnapshotCursor progress = shard.read(shard.beginning(), 2, ANY_SIZE).next();
        SnapshotCursor end = shard.read(progress, 10, ANY_SIZE).next();
        shard.claim(2);
        shard.saveProgress(progress, 2);

        assertFenced(0, () -> shard.rebase(ofAnotherDatabase(progress), progress, 1));
        assertThat(shard.progress()).contains(progress);
        assertThat(shard.rebasedFrom()).isEmpty();
        assertThat(drain(shard, end, 10)).isEmpty();
    }

    private static SnapshotCursor ofAnotherDatabase(SnapshotCursor cursor) {
        return new SnapshotCursor(
                "another than " + cursor.cluster(), cursor.read(), cursor.slice(), cursor.position(), cursor.highest());
    }

    /** Reads on until there is nothing more, and checks that no page is too large and none is read twice. */
    private static List<OutboxRecord> drain(OutboxLog.Shard shard, SnapshotCursor from, int limit) {
        List<OutboxRecord> all = new ArrayList<>();
        SnapshotCursor cursor = from;
        boolean end = false;
        while (!end) {
            // An empty page may also end a slice that was begun before the latest commits.
            boolean newSlice = cursor.slice() == null;
            SnapshotPage<OutboxRecord> page = shard.read(cursor, limit, ANY_SIZE);
            assertThat(page.rows()).hasSizeLessThanOrEqualTo(limit);
            all.addAll(page.rows());
            assertThat(all).extracting(OutboxRecord::id).doesNotHaveDuplicates();
            cursor = page.next();
            end = newSlice && page.rows().isEmpty();
        }
        return all;
    }

    private void insert(OutboxRecord... events) {
        transaction.executeWithoutResult(status -> store.insert(List.of(events)));
    }

    private static OutboxRecord[] numbered(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(n -> Events.of(0, "k", Integer.toString(n)))
                .toArray(OutboxRecord[]::new);
    }

    private static List<UUID> ids(List<OutboxRecord> events) {
        return events.stream().map(OutboxRecord::id).toList();
    }

    private static void assertFenced(int shard, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FencedException.class, e -> assertThat(e.shard()).isEqualTo(shard));
    }

    private static boolean endsSoon(Future<?> future) {
        try {
            future.get(300, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
