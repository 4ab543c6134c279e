package io.micropatterns.core.cursor;

import java.util.List;

/**
 * What one read of a follower found.
 *
 * @param <T> the row type
 * @param rows the rows, in position order
 * @param next where to read on; durable only once the rows have been dealt with
 * @param sliceDone whether the rows complete their slice: no more rows were waiting when it was begun
 */
public record SnapshotPage<T>(List<T> rows, SnapshotCursor next, boolean sliceDone) {

    public SnapshotPage {
        rows = List.copyOf(rows);
    }
}
