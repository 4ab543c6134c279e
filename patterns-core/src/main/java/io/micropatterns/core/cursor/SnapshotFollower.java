package io.micropatterns.core.cursor;

import io.micropatterns.core.jdbc.NetworkTimeout;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;

/**
 * Reads an append-only table in slices: each slice is every row that became visible between two transaction snapshots,
 * in position order, paged.
 *
 * <p><b>Guarantees.</b> Every committed row is read once and no rolled-back one, whatever the order in which concurrent
 * transactions took their positions and committed. No open transaction delays the rows of others. Rows of two writers
 * that serialise on a lock, and take their positions while they hold it, are read in their commit order. The followed
 * table is never written to.
 *
 * <p><b>The table</b> has a column {@code position bigint} from a sequence and a column
 * {@code xid xid8 DEFAULT pg_current_xact_id()}, and indexes on {@code (<filter columns>, xid, position)} and
 * {@code (<filter columns>, position)}.
 *
 * <p><b>Threads and transactions.</b> Thread-safe; blocks for one or two statements a call; each statement is a
 * transaction of its own, outside the caller's. SQL failures come as Spring's {@code DataAccessException}.
 *
 * <p>The idea of reading by the difference of two snapshots is that of PgQ (Skytools), where a ticker stores them; here
 * the reader takes them as it reads.
 *
 * @param <T> the row type
 */
public interface SnapshotFollower<T> {

    /** Starts a follower of this table, which may be qualified with a schema. */
    static <T> Builder<T> builder(DataSource dataSource, String table, RowMapper<T> mapper) {
        return new Builder<>(dataSource, table, mapper);
    }

    /** The cursor before the first row. */
    SnapshotCursor beginning();

    /** The cursor behind every row that is visible now: following starts with what commits from here on. */
    SnapshotCursor end();

    /**
     * Reads the next page. An empty page also moves the cursor, to the current snapshot.
     *
     * @param after where the last page ended
     * @param limit the most rows to return, at least 1
     * @throws CursorMismatchException when the database's transaction ids lie behind the cursor's, or behind a row's
     */
    default SnapshotPage<T> read(SnapshotCursor after, int limit) {
        return read(after, limit, Long.MAX_VALUE);
    }

    /**
     * Reads the next page, whose last row is at the latest that by which the sum of sizes reaches a bound.
     *
     * @param after where the last page ended
     * @param limit the most rows to return, at least 1
     * @param maxSize the bound, at least 1; means nothing unless the builder was told what a row's size is
     * @throws CursorMismatchException when the database's transaction ids lie behind the cursor's, or behind a row's
     */
    SnapshotPage<T> read(SnapshotCursor after, int limit, long maxSize);

    /**
     * Checks that a cursor belongs to this cluster; call it when following starts and after each reconnect.
     *
     * @throws CursorMismatchException when it does not
     */
    void verify(SnapshotCursor cursor);

    /**
     * Moves a cursor to this cluster after a restore: rows that the cursor had not read are given the transaction id of
     * the rebasing transaction and will be read, rows it had read will not. Locks the table against writers meanwhile.
     * This is the one operation that writes to the table; it needs UPDATE on it.
     *
     * <p>Where the restore went back to before the cursor, rebase it before writing resumes: rows written since, at
     * positions that the cursor has passed, are taken for those it had read. Rows that more than one follower reads are
     * rebased for one of them only; the others start anew.
     *
     * <p>Done once, it must not be repeated from the old cursor, which would take rows rebased before for read ones. So
     * the new cursor is to be saved in the same transaction.
     *
     * @param cursor the cursor of before
     * @param save saves the new cursor by the follower's data source, in the rebasing transaction, which what it throws rolls
     *     back
     * @return the cursor to continue from
     */
    SnapshotCursor rebase(SnapshotCursor cursor, Consumer<SnapshotCursor> save);

    /**
     * Builds a {@link SnapshotFollower}. Not thread-safe.
     *
     * @param <T> the row type
     */
    final class Builder<T> {

        final DataSource dataSource;
        final String table;
        final RowMapper<T> mapper;
        String columns = "*";

        @Nullable
        String filter;

        List<Object> filterArguments = List.of();
        NetworkTimeout networkTimeout = NetworkTimeout.DEFAULT;

        @Nullable
        String size;

        private Builder(DataSource dataSource, String table, RowMapper<T> mapper) {
            this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
            this.table = Objects.requireNonNull(table, "table");
            this.mapper = Objects.requireNonNull(mapper, "mapper");
        }

        /** The columns that the mapper reads, comma-separated; all when not set. {@code position} is always read. */
        public Builder<T> columns(String columns) {
            this.columns = Objects.requireNonNull(columns, "columns");
            return this;
        }

        /** Follows only rows of one part of the table, by equality on indexed columns, as in {@code "shard = ?"}. */
        public Builder<T> filter(String filter, Object... arguments) {
            this.filter = Objects.requireNonNull(filter, "filter");
            this.filterArguments = List.of(arguments);
            return this;
        }

        /** What a row's size is, to bound pages by: an SQL expression over the columns read that is never null. */
        public Builder<T> size(String size) {
            this.size = Objects.requireNonNull(size, "size");
            return this;
        }

        /** How long an answer of the database is waited for, but in a rebase, which may take an hour; default 5 minutes. */
        public Builder<T> networkTimeout(NetworkTimeout networkTimeout) {
            this.networkTimeout = Objects.requireNonNull(networkTimeout, "networkTimeout");
            return this;
        }

        /** The follower. */
        public SnapshotFollower<T> build() {
            return new JdbcSnapshotFollower<>(this);
        }
    }
}
