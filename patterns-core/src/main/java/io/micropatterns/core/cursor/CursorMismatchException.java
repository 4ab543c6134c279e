package io.micropatterns.core.cursor;

/**
 * A cursor does not belong to the database it is used on: the cluster has another system identifier (the data was
 * restored from a logical dump), or its transaction ids lie behind the cursor's (it was restored to an earlier point).
 * Reading on could skip rows, so nothing is read until {@link SnapshotFollower#rebase} has been called.
 */
public final class CursorMismatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the reason. */
    public CursorMismatchException(String table, String reason) {
        super("The cursor on " + table + " does not belong to this database: " + reason
                + ". Reading on could skip rows; rebase the cursor first.");
    }
}
