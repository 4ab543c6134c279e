package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.SnapshotPage;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartingPointTests {

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

    private static SnapshotCursor start(String stream, String database) {
        return StartingPoint.choose(new Remembering(SnapshotCursor.parse(database)), Optional.of(stream))
                .cursor();
    }

    /** A shard that remembers this progress, and to which every cursor belongs. */
    private record Remembering(SnapshotCursor saved) implements OutboxLog.Shard {

        @Override
        public Optional<SnapshotCursor> progress() {
            return Optional.of(saved);
        }

        @Override
        public void verify(SnapshotCursor cursor) {}

        @Override
        public SnapshotCursor beginning() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SnapshotCursor rebase(SnapshotCursor cursor) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SnapshotPage<OutboxRecord> read(SnapshotCursor after, int limit, long maxBytes) {
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
        public void fenced(long token, Runnable work) {
            throw new UnsupportedOperationException();
        }
    }
}
