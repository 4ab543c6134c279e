package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.TransactionSet;
import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.Generation;
import io.micropatterns.outbox.cdc.MarkText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random logs, streamed with crashes in between, against what was published. */
class LogPositionTests {

    private static final String GENERATION = "g/1";
    private static final long FIRST = 0xFFFFFFF0L;

    /** The log in the order of its stream. */
    private final List<Change> stream = new ArrayList<>();

    private final Map<UUID, Long> transactions = new HashMap<>();

    @Tag("property")
    @RepeatedTest(200)
    void whateverIsInterruptedEachEventIsNewOnceAndPollingWouldKnowIt(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        writeLog(random);
        Position saved = start();
        Map<UUID, Integer> published = new HashMap<>();
        int from = 0;
        while (from < stream.size()) {
            // A crash comes at any change, and the slot begins anew at a mark that was confirmed.
            int crash = from + 1 + random.nextInt(stream.size());
            saved = stream(saved, from, Math.min(crash, stream.size()), 1 + random.nextInt(4), published);
            from = crash >= stream.size()
                    ? stream.size()
                    : restart(saved.streamed().upTo(), random);
        }

        assertThat(published.values()).allMatch(times -> times == 1);
        assertThat(published.keySet()).isEqualTo(transactions.keySet());
    }

    /** Publishes pages, checking after each that the position says just what has been published. */
    private Position stream(Position start, int from, int to, int pageSize, Map<UUID, Integer> published) {
        LogPosition log = new LogPosition(start.cursor(), start.streamed());
        Position saved = start;
        List<OutboxRecord> page = new ArrayList<>();
        for (int i = from; i < to; i++) {
            Change change = stream.get(i);
            if (change instanceof Change.Mark mark) {
                log.passed(mark, MarkText.parse(mark.text()));
            } else if (change instanceof Change.Event event && log.isNew(event)) {
                log.passed(event);
                page.add(event.event());
            }
            if (page.size() == pageSize || i == stream.size() - 1) {
                page.forEach(event -> published.merge(event.id(), 1, Integer::sum));
                page.clear();
                Position now = log.toPosition();
                saved = new Position(
                        SnapshotCursor.parse(now.cursor().toString()),
                        Streamed.parse(now.streamed().toText(now.cursor()), now.cursor()));
                assertSaysWhatWasPublished(saved, published);
            }
        }
        return saved;
    }

    private void assertSaysWhatWasPublished(Position saved, Map<UUID, Integer> published) {
        for (Change change : stream) {
            if (change instanceof Change.Event event) {
                boolean is = published.containsKey(event.event().id());
                long id = transactions.get(event.event().id());
                if (event.stored()) {
                    assertThat(saved.cursor().hasRead(id, event.event().position()))
                            .as("%s of %s in %s", event.event().position(), id, saved)
                            .isEqualTo(is);
                } else {
                    assertThat(saved.streamed().cursor().hasRead(id, event.lsn()))
                            .as("message %s of %s in %s", event.lsn(), id, saved)
                            .isEqualTo(is);
                }
            }
        }
        assertThat(saved.streamed().isAllOf(saved.cursor())).isTrue();
    }

    /** Where the stream may begin again: at the mark that was saved, or at one before. */
    private int restart(long upTo, Random random) {
        List<Integer> marks = new ArrayList<>(List.of(0));
        for (int i = 0; i < stream.size(); i++) {
            if (stream.get(i) instanceof Change.Mark mark && mark.lsn() <= upTo) {
                marks.add(i);
            }
        }
        return marks.get(random.nextInt(marks.size()));
    }

    /** Transactions that begin, write, and commit or roll back in any order; and marks. */
    private void writeLog(Random random) {
        long lsn = 100;
        long nextId = FIRST;
        long position = 0;
        List<Open> open = new ArrayList<>();
        TransactionSet ended = TransactionSet.of(TransactionSnapshot.parse(FIRST + ":" + FIRST + ":"));
        for (int step = 0; step < 120; step++) {
            lsn += 8;
            switch (random.nextInt(7)) {
                case 0, 1 -> open.add(new Open(nextId++, new ArrayList<>()));
                case 2, 3, 4 -> {
                    if (!open.isEmpty()) {
                        Open transaction = open.get(random.nextInt(open.size()));
                        boolean stored = random.nextBoolean();
                        transaction.events.add(event(lsn, transaction.id, stored, stored ? ++position : lsn));
                    }
                }
                case 5 -> {
                    if (!open.isEmpty()) {
                        Collections.shuffle(open, random);
                        Open transaction = open.remove(0);
                        if (random.nextInt(4) > 0) {
                            stream.addAll(transaction.events);
                            transaction.events.forEach(
                                    event -> transactions.put(event.event().id(), transaction.id));
                        }
                        ended.add(transaction.id);
                    }
                }
                default -> {
                    String setBy = random.nextBoolean() ? MarkText.STORE : "test";
                    stream.add(mark(lsn, setBy, ended.toSnapshot()));
                }
            }
        }
        stream.add(mark(lsn + 8, ended.toSnapshot()));
    }

    private static Change.Event event(long lsn, long transaction, boolean stored, long position) {
        OutboxRecord event = new OutboxRecord(
                position, 0, UUID.randomUUID(), "type", "topic", null, new byte[0], Map.of(), Instant.EPOCH);
        return new Change.Event(lsn, stored ? transaction : (int) transaction, stored, event);
    }

    private static Change.Mark mark(long lsn, TransactionSnapshot ended) {
        return mark(lsn, "test", ended);
    }

    private static Change.Mark mark(long lsn, String setBy, TransactionSnapshot ended) {
        return new Change.Mark(lsn, setBy + "|" + GENERATION + "|" + ended + "|");
    }

    private static Position start() {
        SnapshotCursor cursor = SnapshotCursor.parse("1|c|" + FIRST + ":" + FIRST + ":||0|0");
        return new Position(cursor, new Streamed(Generation.parse(GENERATION), 0, cursor));
    }

    @Test
    void whatWasPolledIsNotNewButMessagesOfTheSameTransactionAre() {
        SnapshotCursor table = SnapshotCursor.parse("1|c|20:20:||0|7");
        SnapshotCursor log = SnapshotCursor.parse("1|c|10:10:||0|0");
        LogPosition position = new LogPosition(table, new Streamed(Generation.parse(GENERATION), 5, log));

        assertThat(position.isNew(event(100, 15, true, 7))).isFalse();
        assertThat(position.isNew(event(101, 15, false, 101))).isTrue();
        assertThat(position.isNew(event(102, 9, false, 102))).isFalse();
        assertThat(position.isNew(event(103, 20, true, 8))).isTrue();
    }

    @Test
    void aGapInTheTransactionsCannotBeNamedUntilTheNextMark() {
        LogPosition position = new LogPosition(start().cursor(), start().streamed());
        long far = FIRST + 50_000;
        position.passed(event(100, far, true, 1));
        assertThat(position.isNameable()).isFalse();

        TransactionSnapshot ended = TransactionSnapshot.endedBefore(far + 1);
        Change.Mark mark = mark(108, ended);
        position.passed(mark, MarkText.parse(mark.text()));
        assertThat(position.isNameable()).isTrue();
        assertThat(position.toPosition().cursor().read()).isEqualTo(ended);
    }

    @Test
    void aMarkOfAStoreNamesTransactionsAndConfirmsNothing() {
        LogPosition position = new LogPosition(start().cursor(), start().streamed());
        TransactionSnapshot ended = TransactionSnapshot.endedBefore(FIRST + 50_000);
        Change.Mark mark = mark(108, MarkText.STORE, ended);
        position.passed(mark, MarkText.parse(mark.text()));

        assertThat(position.toPosition().cursor().read()).isEqualTo(ended);
        assertThat(position.toPosition().streamed().upTo()).isZero();
    }

    @Test
    void aGapInTheTransactionsThatCannotBeHeldEndsTheStream() {
        LogPosition position = new LogPosition(start().cursor(), start().streamed());
        Change.Event far = event(100, FIRST + 1_000_000, true, 1);
        assertThatExceptionOfType(ChangeStreamException.class)
                .isThrownBy(() -> position.passed(far))
                .withMessageContaining("without a mark");
    }

    private record Open(long id, List<Change.Event> events) {}
}
