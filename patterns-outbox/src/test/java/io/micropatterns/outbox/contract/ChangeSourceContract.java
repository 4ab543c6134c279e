package io.micropatterns.outbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ChangeSource} must do, on the shared PostgreSQL server. A subclass for each implementation says how to
 * make one.
 *
 * <p>That nothing more has come is told by a mark: what was committed before it comes before it. A mark that has been
 * confirmed may come once more.
 */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test
public abstract class ChangeSourceContract {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int LARGE_TRANSACTION = 20_000;
    private static final int LARGE_PAYLOAD = 900_000;

    private final ExecutorService others = Executors.newCachedThreadPool();
    private final List<ChangeStream> streams = new ArrayList<>();
    private LoggedOutbox outbox;
    private int marks;

    /** Another source, as another instance would have. */
    protected abstract ChangeSource newSource(ReplicationAddress address);

    @BeforeEach
    final void newOutbox() {
        outbox = new LoggedOutbox();
    }

    @AfterEach
    final void dropOutbox() {
        streams.forEach(ChangeStream::close);
        others.shutdownNow();
        outbox.close();
    }

    @Test
    void tellsAllOfARow() throws Exception {
        OutboxRecord event = new OutboxRecord(
                0,
                0,
                UUID.randomUUID(),
                "order.placed",
                "orders",
                "größer als 'alles' ✓",
                "payload\0with every byte".getBytes(StandardCharsets.ISO_8859_1),
                Map.of("a", "b"),
                Instant.EPOCH);
        outbox.store(event);

        Change.Event change = events(changes(open())).get(0);
        assertThat(change.event())
                .usingRecursiveComparison()
                .ignoringFields("position", "createdAt")
                .isEqualTo(event);
        Map<String, Object> row = outbox.jdbc()
                .queryForMap("select position, xid::text::bigint as xid,"
                        + " floor(extract(epoch from created_at) * 1000)::bigint as at from patterns_outbox");
        assertThat(change.event().position()).isEqualTo(row.get("position"));
        assertThat(change.event().createdAt().toEpochMilli()).isEqualTo(row.get("at"));
        assertThat(change.transactionId()).isEqualTo(row.get("xid"));
        assertThat(change.stored()).isTrue();
        assertThat(change.lsn()).isPositive();
    }

    @Test
    void tellsAllOfAMessage() throws Exception {
        OutboxRecord event = Events.of(0, "key ✓", "payload".getBytes(StandardCharsets.UTF_8), Map.of("a", "b"));
        Instant before = databaseTime();
        LoggedOutbox.Transaction transaction = outbox.begin();
        long id = transaction.id();
        transaction.log(event).commit();
        Instant after = databaseTime();

        Change.Event change = events(changes(open())).get(0);
        assertThat(change.event())
                .usingRecursiveComparison()
                .ignoringFields("position", "createdAt")
                .isEqualTo(event);
        assertThat(change.event().position()).isEqualTo(change.lsn());
        assertThat(change.event().createdAt()).isBetween(before, after);
        assertThat(Integer.toUnsignedLong((int) change.transactionId())).isEqualTo(Integer.toUnsignedLong((int) id));
        assertThat(change.stored()).isFalse();
        assertThat(change.lsn()).isPositive();
    }

    @Test
    void tellsKeysPayloadsAndHeadersOfEveryKind() throws Exception {
        Map<String, String> json = Map.of(OutboxHeaders.CONTENT_TYPE, "application/json");
        Map<String, String> several = Map.of("a", "1", "b", "\"quoted\" ✓", "", "");
        for (Map<String, String> headers : List.of(Map.<String, String>of(), json, several)) {
            OutboxRecord event = Events.of(0, null, new byte[0], headers);
            outbox.store(event);
            outbox.log(event);
        }
        outbox.store(Events.of(0, "", "x"), "no json");
        outbox.store(Events.of(0, "", "x"), "{\"a\":null}");

        List<OutboxRecord> read = records(changes(open()));
        assertThat(read)
                .extracting(OutboxRecord::headers)
                .containsExactly(
                        Map.of(),
                        Map.of(),
                        json,
                        json,
                        several,
                        several,
                        Map.of(OutboxHeaders.UNREADABLE, "no json"),
                        Map.of(OutboxHeaders.UNREADABLE, "{\"a\":null}"));
        assertThat(read).extracting(OutboxRecord::key).containsExactly(null, null, null, null, null, null, "", "");
        assertThat(read.subList(0, 6)).extracting(OutboxRecord::payload).containsOnly(new byte[0]);
    }

    @Test
    void comesInTheOrderOfCommitsAndOfTheStatementsOfEach() throws Exception {
        ChangeStream stream = open();
        LoggedOutbox.Transaction first = outbox.begin().store(event("a1"));
        LoggedOutbox.Transaction second = outbox.begin().log(event("b1"));
        outbox.store(event("c1"));
        first.log(event("a2"));
        second.store(event("b2")).log(event("b3"));
        second.commit();
        outbox.log(event("d1"));
        first.store(event("a3")).commit();

        List<Change> changes = changes(stream);
        assertThat(contents(changes)).containsExactly("c1", "b1", "b2", "b3", "d1", "a1", "a2", "a3");
        assertThat(lsnsOf(changes, "b1", "b2", "b3")).isSorted().doesNotHaveDuplicates();
        assertThat(lsnsOf(changes, "a1", "a2", "a3")).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void whatWasRolledBackNeverComes() throws Exception {
        outbox.store(event("1"));
        outbox.begin().store(event("rolled back")).log(event("rolled back")).rollBack();
        outbox.begin()
                .store(event("2"))
                .execute("savepoint here")
                .store(event("rolled back"))
                .log(event("rolled back"))
                .execute("rollback to savepoint here")
                .log(event("3"))
                .commit();

        assertThat(contents(changes(open()))).containsExactly("1", "2", "3");
    }

    @Test
    void whatIsNotTheOutboxesNeverComes() throws Exception {
        byte[] content = "not an event".getBytes(StandardCharsets.UTF_8);
        outbox.store(event("1"));
        outbox.store(Events.of(1, "k", "another shard"));
        for (String prefix : List.of(
                "outbox",
                LoggedOutbox.EVENTS + "!",
                "!" + LoggedOutbox.EVENTS,
                LoggedOutbox.EVENTS.toUpperCase(Locale.ROOT),
                LoggedOutbox.MARKS + "!",
                "")) {
            outbox.message(true, prefix, content);
            outbox.message(false, prefix, content);
        }
        outbox.message(false, LoggedOutbox.EVENTS, content);
        outbox.message(true, LoggedOutbox.MARKS, content);
        outbox.jdbc().execute("create table elsewhere (id int primary key)");
        outbox.jdbc().execute("insert into elsewhere values (1)");
        outbox.jdbc().execute("update patterns_outbox set key = 'other'");
        outbox.jdbc().execute("delete from patterns_outbox");
        outbox.log(event("2"));

        List<Change> changes = changes(open());
        assertThat(contents(changes)).containsExactly("1", "2");
        assertThat(changes).hasSize(3);
    }

    @Test
    void aMarkComesAfterWhatWasCommittedBeforeItAndBeforeTheRest() throws Exception {
        ChangeStream stream = open();
        outbox.store(event("1"));
        LoggedOutbox.Transaction open = outbox.begin().store(event("open"));
        outbox.mark("first ✓");
        open.mark("");
        outbox.log(event("2"));
        open.commit();

        List<Change> changes = changes(stream);
        assertThat(texts(changes)).containsExactly("1", "mark first ✓", "mark ", "2", "open", "mark end 1");
        assertThat(marks(changes)).extracting(Change.Mark::lsn).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aLargeTransactionComesWhole() throws Exception {
        ChangeStream stream = open();
        outbox.jdbc()
                .update(
                        "insert into patterns_outbox (shard, id, type, topic, key, payload)"
                                + " select 0, gen_random_uuid(), 't', 'topic', 'k', convert_to(n::text, 'UTF8')"
                                + " from generate_series(1, ?) n",
                        LARGE_TRANSACTION);

        List<Change> changes = changes(stream);
        assertThat(contents(changes))
                .isEqualTo(IntStream.rangeClosed(1, LARGE_TRANSACTION)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(events(changes))
                .extracting(Change.Event::transactionId)
                .containsOnly(events(changes).get(0).transactionId());
    }

    @Test
    void aLargePayloadComesWhole() throws Exception {
        byte[] payload = new byte[LARGE_PAYLOAD];
        new Random(1).nextBytes(payload);
        OutboxRecord event = Events.of(0, "k", payload, Map.of());
        outbox.store(event);
        outbox.log(event);

        assertThat(records(changes(open()))).extracting(OutboxRecord::payload).containsExactly(payload, payload);
    }

    @Test
    void moreThanMayWaitInMemoryComesWhole() throws Exception {
        ChangeStream stream = open();
        int count = 120;
        for (int i = 0; i < count; i++) {
            outbox.jdbc()
                    .update(
                            "insert into patterns_outbox (shard, id, type, topic, key, payload) values"
                                    + " (0, gen_random_uuid(), 't', 'topic', ?, decode(repeat('ab', ?), 'hex'))",
                            Integer.toString(i),
                            LARGE_PAYLOAD);
        }

        assertThat(records(changes(stream)))
                .extracting(OutboxRecord::key)
                .isEqualTo(IntStream.range(0, count).mapToObj(Integer::toString).toList());
    }

    @Test
    void whatWasCommittedWhileNobodyStreamedComes() throws Exception {
        outbox.store(event("1"));
        ChangeStream stream = open();
        assertThat(contents(changes(stream))).containsExactly("1");
        close(stream);
        outbox.store(event("2"));
        outbox.log(event("3"));

        assertThat(contents(changes(open()))).containsExactly("1", "2", "3");
    }

    @Test
    void whatWasNotConfirmedComesAgain() throws Exception {
        outbox.begin().store(event("1")).log(event("2")).commit();
        outbox.store(event("3"));
        long before = outbox.confirmed();
        ChangeStream stream = open();
        List<Change> first = changes(stream);
        close(stream);
        assertThat(outbox.confirmed()).isEqualTo(before);

        List<Change> second = changes(open());
        assertThat(contents(second)).containsExactly("1", "2", "3");
        assertThat(events(second))
                .extracting(Change.Event::lsn)
                .isEqualTo(events(first).stream().map(Change.Event::lsn).toList());
    }

    @Test
    void whatWasConfirmedDoesNotComeAgainAndTheRestDoes() throws Exception {
        LoggedOutbox.Transaction open = outbox.begin().store(event("open"));
        outbox.store(event("1"));
        outbox.log(event("2"));
        outbox.mark("here");
        outbox.store(event("3"));
        open.commit();
        ChangeStream stream = open();
        long here = mark(changes(stream), "here").lsn();
        stream.confirm(here);
        awaitConfirmed(here);
        close(stream);

        assertThat(outbox.confirmed()).isEqualTo(here);
        assertThat(contents(changes(open()))).containsExactly("3", "open");
    }

    @Test
    void marksAloneLetAnIdleStreamBeConfirmed() throws Exception {
        ChangeStream stream = open();
        for (int i = 0; i < 3; i++) {
            long lsn = mark(changes(stream), "end " + marks).lsn();
            stream.confirm(lsn);
            awaitConfirmed(lsn);
        }
    }

    @Test
    void isConfirmedWhileChangesWait() throws Exception {
        ChangeStream stream = open();
        outbox.mark("here");
        outbox.jdbc()
                .update(
                        "insert into patterns_outbox (shard, id, type, topic, payload)"
                                + " select 0, gen_random_uuid(), 't', 'topic', '' from generate_series(1, ?)",
                        LARGE_TRANSACTION);
        Change.Mark here = (Change.Mark) next(stream);
        assertThat(here.text()).isEqualTo("here");
        next(stream);
        stream.confirm(here.lsn());
        // Reads on: nobody else does, and a source may confirm only between batches.
        assertThat(contents(changes(stream))).hasSize(LARGE_TRANSACTION - 1);

        awaitConfirmed(here.lsn());
        close(stream);
        assertThat(contents(changes(open()))).hasSize(LARGE_TRANSACTION);
    }

    @Test
    void nothingIsConfirmedOnceItIsClosed() throws Exception {
        outbox.store(event("1"));
        long before = outbox.confirmed();
        ChangeStream zombie = open();
        long lsn = mark(changes(zombie), "end 1").lsn();
        close(zombie);
        zombie.confirm(lsn);
        ChangeStream successor = open();

        assertThat(contents(changes(successor))).containsExactly("1");
        zombie.confirm(lsn);
        zombie.close();
        assertThat(contents(changes(successor))).isEmpty();
        assertThat(outbox.confirmed()).isEqualTo(before);
    }

    @Test
    void waitsNoLongerThanItIsTold() throws Exception {
        ChangeStream stream = open();
        assertThat(stream.next(Duration.ZERO)).isNull();
        assertThat(stream.next(Duration.ofMillis(20))).isNull();
        outbox.store(event("1"));
        assertThat(next(stream)).isInstanceOf(Change.Event.class);
    }

    @Test
    void canBeInterrupted() throws Exception {
        ChangeStream stream = open();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Future<?> waiting = others.submit(() -> {
            begun.countDown();
            try {
                return stream.next(LONG);
            } catch (InterruptedException e) {
                interrupted.countDown();
                return null;
            }
        });
        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
            waiting.cancel(true);
            return interrupted.getCount() == 0;
        });
        outbox.store(event("1"));

        assertThat(contents(changes(stream))).containsExactly("1");
    }

    @Test
    void closingItEndsTheWaitOfAnotherThread() throws Exception {
        ChangeStream stream = open();
        outbox.awaitStreaming();
        Future<@Nullable Change> waiting = others.submit(() -> stream.next(LONG));
        stream.close();

        assertThatThrownBy(() -> waiting.get(LONG.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ChangeStreamException.class);
        assertThatThrownBy(() -> stream.next(LONG)).isInstanceOf(ChangeStreamException.class);
        outbox.awaitNoStreaming();
    }

    @Test
    void endsWithItsConnection() throws Exception {
        ChangeStream stream = open();
        outbox.store(event("1"));
        assertThat(contents(changes(stream))).containsExactly("1");
        outbox.awaitStreaming();
        outbox.terminateStreaming();

        assertEnds(stream);
        close(stream);
        assertThat(contents(changes(open()))).containsExactly("1");
    }

    @Test
    void endsWithItsSlotAndDoesNotMakeAnother() throws Exception {
        ChangeStream stream = open();
        outbox.store(event("1"));
        assertThat(contents(changes(stream))).containsExactly("1");
        outbox.dropSlot();

        assertEnds(stream);
        stream.close();
        assertCannotBeRead();
        assertThat(outbox.slotExists()).isFalse();
    }

    @Test
    void cannotBeReadWhileAnotherStreamsFromTheSlot() throws Exception {
        ChangeStream stream = open();
        outbox.store(event("1"));
        assertThat(contents(changes(stream))).containsExactly("1");

        assertCannotBeRead();
        outbox.store(event("2"));
        assertThat(contents(changes(stream))).containsExactly("2");
    }

    @Test
    void cannotBeReadWithoutItsPublication() {
        outbox.store(event("1"));
        outbox.dropPublication();

        assertCannotBeRead();
    }

    @Test
    void cannotBeReadWhereNobodyAnswers() {
        ReplicationAddress nowhere = new ReplicationAddress("jdbc:postgresql://127.0.0.1:1/none", "nobody", null);
        ChangeSource source = newSource(nowhere);

        assertThatExceptionOfType(ChangeStreamException.class).isThrownBy(() -> {
            try (ChangeStream stream = source.open(outbox.slot())) {
                next(stream);
            }
        });
    }

    @Test
    void aMessageThatIsNoEventEndsTheStreamAfterWhatCameBefore() throws Exception {
        outbox.store(event("1"));
        outbox.message(true, LoggedOutbox.EVENTS, "no event".getBytes(StandardCharsets.UTF_8));
        outbox.store(event("2"));
        ChangeStream stream = open();

        assertThat(contents(List.of(next(stream)))).containsExactly("1");
        assertThatThrownBy(() -> next(stream))
                .isInstanceOf(ChangeStreamException.class)
                .hasMessageContaining("message at ");
        assertThatThrownBy(() -> next(stream)).isInstanceOf(ChangeStreamException.class);
    }

    private ChangeStream open() {
        ChangeStream stream = newSource(outbox.address()).open(outbox.slot());
        streams.add(stream);
        return stream;
    }

    /** The database's process outlives the connection by a moment, in which the slot is still taken. */
    private void close(ChangeStream stream) {
        stream.close();
        outbox.awaitNoStreaming();
    }

    private void assertCannotBeRead() {
        ChangeSource source = newSource(outbox.address());
        assertThatExceptionOfType(ChangeStreamException.class).isThrownBy(() -> {
            try (ChangeStream stream = source.open(outbox.slot())) {
                next(stream);
            }
        });
    }

    private static void assertEnds(ChangeStream stream) {
        Awaitility.await()
                .atMost(LONG)
                .untilAsserted(() -> assertThatThrownBy(() -> stream.next(Duration.ofMillis(100)))
                        .isInstanceOf(ChangeStreamException.class));
    }

    private void awaitConfirmed(long lsn) {
        Awaitility.await().atMost(LONG).until(() -> outbox.confirmed() >= lsn);
    }

    /** All that comes up to a mark that is set now. */
    private List<Change> changes(ChangeStream stream) throws InterruptedException {
        String end = "end " + ++marks;
        outbox.mark(end);
        List<Change> changes = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            Change change = next(stream);
            changes.add(change);
            ended = change instanceof Change.Mark mark && mark.text().equals(end);
        }
        return changes;
    }

    private static Change next(ChangeStream stream) throws InterruptedException {
        Change change = stream.next(LONG);
        assertThat(change).as("change within %s", LONG).isNotNull();
        return change;
    }

    private static OutboxRecord event(String content) {
        return Events.of(0, "k", content);
    }

    private Instant databaseTime() {
        Long micros = outbox.jdbc()
                .queryForObject("select floor(extract(epoch from clock_timestamp()) * 1000000)::bigint", Long.class);
        assertThat(micros).isNotNull();
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static List<Change.Event> events(List<Change> changes) {
        return changes.stream()
                .filter(Change.Event.class::isInstance)
                .map(Change.Event.class::cast)
                .toList();
    }

    private static List<Change.Mark> marks(List<Change> changes) {
        return changes.stream()
                .filter(Change.Mark.class::isInstance)
                .map(Change.Mark.class::cast)
                .toList();
    }

    private static Change.Mark mark(List<Change> changes, String text) {
        return marks(changes).stream()
                .filter(mark -> mark.text().equals(text))
                .findFirst()
                .orElseThrow();
    }

    private static List<OutboxRecord> records(List<Change> changes) {
        return events(changes).stream().map(Change.Event::event).toList();
    }

    private static List<String> contents(List<Change> changes) {
        return Events.contents(records(changes));
    }

    private static List<String> texts(List<Change> changes) {
        return changes.stream()
                .map(change -> change instanceof Change.Event event
                        ? Events.content(event.event())
                        : "mark " + ((Change.Mark) change).text())
                .toList();
    }

    private static List<Long> lsnsOf(List<Change> changes, String... contents) {
        Map<String, Long> lsns = new HashMap<>();
        events(changes).forEach(event -> lsns.put(Events.content(event.event()), event.lsn()));
        return List.of(contents).stream().map(lsns::get).toList();
    }
}
