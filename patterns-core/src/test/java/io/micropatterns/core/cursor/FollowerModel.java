package io.micropatterns.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.core.cursor.Events.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a follower must have read. Rows are told apart by their numbers; a number also says in which order the rows of
 * one key were written.
 */
final class FollowerModel {

    private final SnapshotFollower<Event> follower;
    private final Map<Long, Row> unread = new HashMap<>();
    private final TreeSet<Row> unreadByCommit =
            new TreeSet<>(Comparator.comparingLong(Row::commit).thenComparingLong(Row::n));
    private final List<Row> readSinceSaved = new ArrayList<>();
    private final Map<Integer, Row> lastOfKey = new HashMap<>();
    private final Map<Integer, Row> savedLastOfKey = new HashMap<>();
    private String cursor;
    private String savedCursor;
    private long sliceBegun;
    private long savedSliceBegun;
    private long lastPosition;
    private long savedLastPosition;

    FollowerModel(SnapshotFollower<Event> follower) {
        this.follower = follower;
        this.cursor = follower.end().toString();
        this.savedCursor = cursor;
    }

    void committed(Row row) {
        unread.put(row.n(), row);
        unreadByCommit.add(row);
    }

    /** Reads a page and checks it; answers whether nothing was left to read in its slice. */
    boolean read(int limit, long commits) {
        SnapshotCursor from = SnapshotCursor.parse(cursor);
        if (from.slice() == null) {
            sliceBegun = commits;
            lastPosition = 0;
        }
        SnapshotPage<Event> page = follower.read(from, limit);
        assertThat(page.rows()).hasSizeLessThanOrEqualTo(limit);
        page.rows().forEach(this::accept);
        cursor = page.next().toString();
        if (page.sliceDone()) {
            // Whatever had committed when the slice was begun has come by now: nobody's open transaction held it back.
            assertThat(
                            unreadByCommit.isEmpty()
                                    ? Long.MAX_VALUE
                                    : unreadByCommit.first().commit())
                    .as("commit of the first unread row %s, slice begun after commit %d", unreadByCommit, sliceBegun)
                    .isGreaterThan(sliceBegun);
        }
        return page.sliceDone();
    }

    private void accept(Event event) {
        Row row = unread.remove(event.n());
        assertThat(row).as("read twice, or never committed: %s", event).isNotNull();
        unreadByCommit.remove(row);
        readSinceSaved.add(row);
        assertThat(event.position()).as("position of %s", event).isGreaterThan(lastPosition);
        lastPosition = event.position();
        if (event.key() != 0) {
            Row last = lastOfKey.put(event.key(), row);
            assertThat(last == null ? 0 : last.n())
                    .as("order of key: %s after %s", row, last)
                    .isLessThan(row.n());
        }
    }

    /** Makes the place durable. */
    void save() {
        savedCursor = cursor;
        savedSliceBegun = sliceBegun;
        savedLastPosition = lastPosition;
        savedLastOfKey.clear();
        savedLastOfKey.putAll(lastOfKey);
        readSinceSaved.clear();
    }

    /** Forgets what was read since {@link #save()}: it must come again. */
    void restart() {
        cursor = savedCursor;
        sliceBegun = savedSliceBegun;
        lastPosition = savedLastPosition;
        lastOfKey.clear();
        lastOfKey.putAll(savedLastOfKey);
        readSinceSaved.forEach(this::committed);
        readSinceSaved.clear();
    }

    /** Reads all there is and checks that this was all. */
    void drain(int limit, long commits) {
        int slices = 0;
        while (slices < 2) {
            slices += read(limit, commits) ? 1 : 0;
        }
        assertThat(new HashSet<>(unread.values())).as("never read").isEmpty();
    }

    /**
     * A row of the followed table.
     *
     * @param commit the place of its transaction in the order of commits
     */
    record Row(long n, int key, long commit) {}
}
