package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.core.cursor.CursorMismatchException;
import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.SnapshotPage;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartingPointTests {

    private static final SnapshotCursor BEGINNING = SnapshotCursor.parse("1|c|3:3:||0|0");
    private static final SnapshotCursor BEHIND = SnapshotCursor.parse("1|c|5:7:5||0|3");
    private static final SnapshotCursor AHEAD = SnapshotCursor.parse("1|c|9:9:||0|4");
    private static final SnapshotCursor OTHER = SnapshotCursor.parse("1|c|8:8:||0|4");

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            1|c|5:7:5||0|3 ; 1|c|5:9:5||0|4 ; a snapshot that ends later
            1|c|5:7:5||0|3 ; 1|c|7:7:||0|3 ; an old transaction was read since
            1|c|5:7:5|7:7:|2|3 ; 1|c|7:7:||0|3 ; the slice of an old transaction was finished since
            1|c|5:7:5|7:7:|2|3 ; 1|c|5:7:5|7:7:|3|3 ; a later position of one slice
            1|c|5:7:5|7:7:|2|3 ; 1|c|7:7:|9:9:|1|4 ; a later slice
            1|c|7:7:||0|3 ; 1|c|7:7:|9:9:|0|3 ; a slice was begun since
            """)
    void beginsAtTheFurthestProgressWhoeverRemembersIt(String behind, String further) {
        assertThat(start(behind, further)).hasToString(further);
        assertThat(start(further, behind)).hasToString(further);
    }

    @Test
    void progressOfTheStreamThatDoesNotFitIsNotPassedOverForTheDatabases() {
        Remembering restored = new Remembering(Optional.of(BEHIND), Optional.empty(), Set.of(BEHIND));
        assertThatExceptionOfType(CursorMismatchException.class)
                .isThrownBy(() -> StartingPoint.choose(restored, Optional.of(AHEAD.toString())));
    }

    @Test
    void afterARebaseOfTheStreamsProgressTheDatabasesCounts() {
        Remembering rebased = new Remembering(Optional.of(BEHIND), Optional.of(AHEAD), Set.of(BEHIND));
        assertThat(StartingPoint.choose(rebased, Optional.of(AHEAD.toString()))
                        .position()
                        .cursor())
                .isEqualTo(BEHIND);
        assertThatExceptionOfType(CursorMismatchException.class)
                .as("an earlier rebase, of other progress")
                .isThrownBy(() -> StartingPoint.choose(rebased, Optional.of(OTHER.toString())));
    }

    @Test
    void progressOfTheDatabaseMustFitWhereTheStreamHasNone() {
        Remembering elsewhere = new Remembering(Optional.of(AHEAD), Optional.empty(), Set.of());
        assertThatExceptionOfType(CursorMismatchException.class)
                .isThrownBy(() -> StartingPoint.choose(elsewhere, Optional.empty()));
    }

    @Test
    void whereNothingIsRememberedItBeginsAtTheBeginning() {
        Remembering nothing = new Remembering(Optional.empty(), Optional.empty(), Set.of());
        assertThat(StartingPoint.choose(nothing, Optional.empty()).position().cursor())
                .isEqualTo(BEGINNING);
        assertThat(StartingPoint.toRebase(nothing, Optional.empty())).isEqualTo(BEGINNING);
    }

    private static SnapshotCursor start(String stream, String database) {
        SnapshotCursor saved = SnapshotCursor.parse(database);
        Remembering log =
                new Remembering(Optional.of(saved), Optional.empty(), Set.of(saved, SnapshotCursor.parse(stream)));
        return StartingPoint.choose(log, Optional.of(stream)).position().cursor();
    }

    /** A shard that remembers this progress, and to which these cursors belong. */
    private record Remembering(
            Optional<SnapshotCursor> progress, Optional<SnapshotCursor> rebasedFrom, Set<SnapshotCursor> fitting)
            implements OutboxLog.Shard {

        @Override
        public void verify(SnapshotCursor cursor) {
            if (!fitting.contains(cursor)) {
                throw new CursorMismatchException("patterns_outbox", "it is another's");
            }
        }

        @Override
        public SnapshotCursor beginning() {
            return BEGINNING;
        }

        @Override
        public SnapshotCursor rebase(SnapshotCursor from, SnapshotCursor stream, long token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SnapshotPage<OutboxRecord> read(SnapshotCursor after, int limit, long maxBytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<OutboxRecord> ofTransactions(Collection<Long> transactionIds, Collection<Long> without) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void claim(long token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void saveProgress(SnapshotCursor progress, long token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void saveProgress(SnapshotCursor progress, String streamed, long token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> streamed() {
            return Optional.empty();
        }

        @Override
        public void fenced(long token, Runnable work) {
            throw new UnsupportedOperationException();
        }
    }
}
