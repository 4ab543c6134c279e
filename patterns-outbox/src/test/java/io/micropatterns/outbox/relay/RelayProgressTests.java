package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.deadletter.DeadLetterVersion;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RelayProgressTests {

    private final SnapshotCursor cursor = SnapshotCursor.parse("1|c|5:7:5||0|3");

    @Test
    void isReadAsItWasWritten() {
        RelayProgress progress = new RelayProgress(
                cursor,
                List.of(new DeadLetterVersion(UUID.randomUUID(), 0), new DeadLetterVersion(UUID.randomUUID(), 12)));

        assertThat(RelayProgress.parse(progress.toString())).isEqualTo(progress);
        assertThat(RelayProgress.parse(cursor.toString())).isEqualTo(new RelayProgress(cursor, List.of()));
    }
}
