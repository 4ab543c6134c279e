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
 * @param cursor how far the shard's events have been published
 * @param settled dead letters that were published too, and may still be in the database
 */
record RelayProgress(SnapshotCursor cursor, List<DeadLetterVersion> settled) {

    RelayProgress {
        settled = List.copyOf(settled);
    }

    static RelayProgress parse(String text) {
        String[] lines = text.split("\n", -1);
        List<DeadLetterVersion> settled = lines.length < 2 || lines[1].isEmpty()
                ? List.of()
                : Arrays.stream(lines[1].split(",")).map(RelayProgress::letter).toList();
        return new RelayProgress(SnapshotCursor.parse(lines[0]), settled);
    }

    @Override
    public String toString() {
        return cursor + "\n"
                + settled.stream()
                        .map(letter -> letter.id() + ":" + letter.version())
                        .collect(Collectors.joining(","));
    }

    private static DeadLetterVersion letter(String text) {
        int colon = text.indexOf(':');
        return new DeadLetterVersion(
                UUID.fromString(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }
}
