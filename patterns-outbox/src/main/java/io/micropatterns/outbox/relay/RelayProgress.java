package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.deadletter.DeadLetterVersion;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What travels with the records.
 *
 * @param position how far the shard's events have been published
 * @param settled dead letters that were published too, and may still be in the database
 */
record RelayProgress(Position position, List<DeadLetterVersion> settled) {

    RelayProgress {
        settled = List.copyOf(settled);
    }

    static RelayProgress parse(String text) {
        String[] lines = text.split("\n", -1);
        List<DeadLetterVersion> settled = lines.length < 2 || lines[1].isEmpty()
                ? List.of()
                : Arrays.stream(lines[1].split(",")).map(RelayProgress::letter).toList();
        SnapshotCursor cursor = SnapshotCursor.parse(lines[0]);
        Streamed streamed = lines.length < 3 ? null : Streamed.parse(lines[2], cursor);
        return new RelayProgress(new Position(cursor, streamed), settled);
    }

    @Override
    public String toString() {
        String letters = settled.stream()
                .map(letter -> letter.id() + ":" + letter.version())
                .collect(Collectors.joining(","));
        Streamed streamed = position.streamed();
        String text = position.cursor() + "\n" + letters;
        return streamed == null ? text : text + "\n" + streamed.toText(position.cursor());
    }

    private static DeadLetterVersion letter(String text) {
        int colon = text.indexOf(':');
        return new DeadLetterVersion(
                UUID.fromString(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }
}
