package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.deadletter.DeadLetterVersion;
import io.micropatterns.outbox.cdc.Generation;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RelayProgressTests {

    private final SnapshotCursor cursor = SnapshotCursor.parse("1|c|5:7:5||0|3");

    @Test
    void isReadAsItWasWritten() {
        RelayProgress progress = new RelayProgress(
                new Position(cursor, null),
                List.of(new DeadLetterVersion(UUID.randomUUID(), 0), new DeadLetterVersion(UUID.randomUUID(), 12)));

        assertThat(RelayProgress.parse(progress.toString())).isEqualTo(progress);
        assertThat(RelayProgress.parse(cursor.toString()))
                .isEqualTo(new RelayProgress(new Position(cursor, null), List.of()));
    }

    @Test
    void namesThePlaceInTheLogShortlyWhereTheTableIsAtTheSame() {
        SnapshotCursor partly = SnapshotCursor.parse("1|c|5:7:5|7:7:|3|3");
        Streamed same = new Streamed(
                Generation.parse("g/1.2"),
                -2,
                new SnapshotCursor("c", partly.read(), partly.slice(), Long.MAX_VALUE, 0));
        Streamed behind = new Streamed(Generation.parse("g/1.2"), 77, SnapshotCursor.parse("1|c|4:4:||0|0"));

        assertThat(same.isAllOf(partly)).isTrue();
        assertThat(same.toText(partly)).isEqualTo("g/1.2 fffffffffffffffe 7fffffffffffffff =");
        assertThat(behind.isAllOf(partly)).isFalse();
        for (Streamed streamed : List.of(same, behind)) {
            RelayProgress progress = new RelayProgress(new Position(partly, streamed), List.of());
            assertThat(RelayProgress.parse(progress.toString())).isEqualTo(progress);
        }
    }
}
