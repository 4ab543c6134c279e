package io.micropatterns.core.cursor;

import io.micropatterns.core.jdbc.AutoCommitDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Follows a table with plain SQL. Thread-safe: holds no state but its statements. */
final class JdbcSnapshotFollower<T> implements SnapshotFollower<T> {

    /** It writes every row that has not been read. */
    private static final Duration REBASE_TIMEOUT = Duration.ofHours(1);

    private final DataSource dataSource;
    private final NetworkTimeout rebaseTimeout;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final JdbcTemplate transactionalJdbc;
    private final String table;
    private final RowMapper<T> mapper;
    private final List<Object> filterArguments;
    private final boolean sized;
    private final FollowerSql sql;

    JdbcSnapshotFollower(Builder<T> builder) {
        this.dataSource = builder.dataSource;
        this.jdbc = new JdbcTemplate(new AutoCommitDataSource(builder.dataSource, builder.networkTimeout));
        this.rebaseTimeout = builder.networkTimeout.orMore(REBASE_TIMEOUT);
        this.transactionalJdbc = new JdbcTemplate(builder.dataSource);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(builder.dataSource));
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.table = builder.table;
        this.mapper = builder.mapper;
        this.filterArguments = builder.filterArguments;
        this.sized = builder.size != null;
        this.sql = new FollowerSql(builder.table, builder.columns, builder.filter, builder.size);
    }

    @Override
    public SnapshotCursor beginning() {
        return SnapshotCursor.at(cluster(), TransactionSnapshot.beforeAll(), 0);
    }

    @Override
    public SnapshotCursor end() {
        String cluster = cluster();
        List<Object> arguments = new ArrayList<>(filterArguments);
        arguments.addAll(filterArguments);
        return Objects.requireNonNull(jdbc.queryForObject(
                sql.end(),
                (row, number) -> SnapshotCursor.at(
                        cluster,
                        TransactionSnapshot.parse(row.getString(1)).before(row.getLong(3) + 1),
                        row.getLong(2)),
                arguments.toArray()));
    }

    @Override
    public void verify(SnapshotCursor cursor) {
        String cluster = cluster();
        if (!cluster.equals(cursor.cluster())) {
            throw new CursorMismatchException(
                    table, "it was made on cluster " + cursor.cluster() + ", and this is cluster " + cluster);
        }
        requireNotBehind(cursor, TransactionSnapshot.parse(required("select pg_current_snapshot()::text")));
    }

    @Override
    public SnapshotPage<T> read(SnapshotCursor after, int limit, long maxSize) {
        if (limit < 1 || maxSize < 1) {
            throw new IllegalArgumentException(
                    "limit and maxSize must be at least 1, but are " + limit + " and " + maxSize);
        }
        return after.slice() == null
                ? readNewSlice(after, limit, maxSize)
                : readWithinSlice(after, after.slice(), limit, maxSize);
    }

    private SnapshotPage<T> readNewSlice(SnapshotCursor after, int limit, long maxSize) {
        long[] inProgress = after.read().inProgress();
        List<Object> arguments = rangeArguments(after.read(), inProgress, limit + 1L);
        Rows rows = new Rows(limit, maxSize);
        addSize(arguments, maxSize);
        jdbc.query(sql.nextSlice(inProgress.length > 0), rows::add, arguments.toArray());
        TransactionSnapshot snapshot = TransactionSnapshot.parse(rows.snapshot);
        requireNotBehind(after, snapshot);
        requirePast(rows.newestTransaction, snapshot);
        if (rows.count <= limit && !rows.sizeReached) {
            TransactionSnapshot slice = durable(after, snapshot, rows.newestTransaction);
            return new SnapshotPage<>(rows.rows, endOfSlice(after, slice, rows.lastPosition), true);
        }
        SnapshotCursor start = startOfSlice(after, snapshot);
        return readWithinSlice(start, start.newest(), limit, maxSize);
    }

    private void addSize(List<Object> arguments, long maxSize) {
        if (sized) {
            arguments.add(maxSize);
        }
    }

    /**
     * The part of a snapshot that survives a crash of the database, after which it may give the ids of transactions that
     * left nothing on disk, such as those rolled back last, to others, whose rows must not count as read. A committed
     * row proves that its transaction's id and all before it have been used for good.
     */
    private static TransactionSnapshot durable(SnapshotCursor after, TransactionSnapshot snapshot, long lastCommitted) {
        return snapshot.before(Math.max(after.read().xmax(), lastCommitted + 1));
    }

    private SnapshotPage<T> readWithinSlice(SnapshotCursor after, TransactionSnapshot slice, int limit, long maxSize) {
        List<Object> arguments = new ArrayList<>(filterArguments);
        arguments.addAll(
                List.of(after.position(), slice.toString(), after.read().toString(), limit));
        addSize(arguments, maxSize);
        Rows rows = new Rows(limit, maxSize);
        jdbc.query(sql.pageOfSlice(), rows::addRow, arguments.toArray());
        if (rows.count < limit && !rows.sizeReached) {
            return new SnapshotPage<>(rows.rows, endOfSlice(after, slice, rows.lastPosition), true);
        }
        return new SnapshotPage<>(rows.rows, after.within(slice, rows.lastPosition), false);
    }

    private SnapshotCursor startOfSlice(SnapshotCursor after, TransactionSnapshot snapshot) {
        long[] inProgress = after.read().inProgress();
        List<Object> arguments = rangeArguments(after.read(), new long[0], null);
        arguments.add(snapshot.toString());
        arguments.addAll(rangeArguments(after.read(), new long[0], null));
        if (inProgress.length > 0) {
            arguments.add(arrayLiteral(inProgress));
            arguments.addAll(filterArguments);
        }
        arguments.add(snapshot.toString());
        return Objects.requireNonNull(jdbc.queryForObject(
                sql.firstOfSlice(inProgress.length > 0),
                (row, number) -> {
                    long lastCommitted = row.getLong(1);
                    long first = row.getLong(2);
                    // Rows may be gone meanwhile (retention of another kind): then the slice is empty from anywhere.
                    long before = row.wasNull() ? after.highest() : first - 1;
                    return after.within(durable(after, snapshot, lastCommitted), before);
                },
                arguments.toArray()));
    }

    private List<Object> rangeArguments(TransactionSnapshot read, long[] inProgress, @Nullable Long limit) {
        List<Object> arguments = new ArrayList<>(filterArguments);
        arguments.add(Long.toString(read.xmax()));
        if (limit != null) {
            arguments.add(limit);
        }
        if (inProgress.length > 0) {
            arguments.addAll(filterArguments);
            arguments.add(arrayLiteral(inProgress));
            if (limit != null) {
                arguments.add(limit);
            }
        }
        return arguments;
    }

    private static String arrayLiteral(long[] ids) {
        return Arrays.stream(ids).mapToObj(Long::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private static SnapshotCursor endOfSlice(SnapshotCursor from, TransactionSnapshot slice, long lastPosition) {
        return SnapshotCursor.at(from.cluster(), slice, Math.max(from.highest(), lastPosition));
    }

    private void requireNotBehind(SnapshotCursor cursor, TransactionSnapshot current) {
        if (current.xmax() < cursor.newest().xmax()) {
            throw new CursorMismatchException(
                    table,
                    "its transaction ids reach to " + cursor.newest().xmax() + ", the database's only to "
                            + current.xmax() + " (was it restored to an earlier point?)");
        }
    }

    /** Rows that came with a logical dump may carry transaction ids this cluster has yet to reach. */
    private void requirePast(long newestTransaction, TransactionSnapshot current) {
        if (newestTransaction >= current.xmax()) {
            throw new CursorMismatchException(
                    table,
                    "it has rows of transaction " + newestTransaction
                            + ", and the database's transaction ids reach only to " + current.xmax()
                            + " (was it restored from a dump?)");
        }
    }

    @Override
    public SnapshotCursor rebase(SnapshotCursor cursor, Consumer<SnapshotCursor> save) {
        String cluster = cluster();
        return Objects.requireNonNull(transaction.execute(status -> {
            rebaseTimeout.applyToTransaction(dataSource);
            transactionalJdbc.execute(sql.lock());
            long own = required(transactionalJdbc, "select pg_current_xact_id()::text::bigint", Long.class);
            TransactionSnapshot now = TransactionSnapshot.parse(
                            required(transactionalJdbc, "select pg_current_snapshot()::text", String.class))
                    .without(own);
            List<Object> arguments = new ArrayList<>();
            arguments.addAll(List.of(
                    cursor.highest(),
                    cursor.read().toString(),
                    cursor.position(),
                    cursor.newest().toString()));
            arguments.addAll(filterArguments);
            arguments.addAll(filterArguments);
            arguments.add(now.toString());
            transactionalJdbc.update(sql.rebase(), arguments.toArray());
            SnapshotCursor rebased = SnapshotCursor.at(cluster, now, cursor.highest());
            save.accept(rebased);
            return rebased;
        }));
    }

    private String cluster() {
        return required("select system_identifier::text from pg_control_system()");
    }

    private String required(String query) {
        return required(jdbc, query, String.class);
    }

    private static <V> V required(JdbcTemplate template, String query, Class<V> type) {
        V value = template.queryForObject(query, type);
        if (value == null) {
            throw new IllegalStateException("no result from: " + query);
        }
        return value;
    }

    /** Collects up to {@code limit} rows and counts the rest; those beyond the size do not come. */
    private final class Rows {

        private final int limit;
        private final long maxSize;
        private final List<T> rows = new ArrayList<>();
        private String snapshot = "";
        private int count;
        private boolean sizeReached;
        private long lastPosition;
        private long newestTransaction;

        Rows(int limit, long maxSize) {
            this.limit = limit;
            this.maxSize = maxSize;
        }

        /** A row of the outer join: the snapshot, and a row of the table or nothing. */
        void add(ResultSet result) throws SQLException {
            if (count == 0) {
                snapshot = result.getString("follower_snapshot");
            }
            String transaction = result.getString("follower_xid");
            if (transaction != null) {
                newestTransaction = Math.max(newestTransaction, Long.parseLong(transaction));
                addRow(result);
            }
        }

        void addRow(ResultSet result) throws SQLException {
            if (count++ < limit) {
                T row = mapper.mapRow(result, count - 1);
                rows.add(Objects.requireNonNull(row, "the row mapper returned null"));
            }
            lastPosition = result.getLong("follower_position");
            sizeReached = sized && result.getLong("follower_size") >= maxSize;
        }
    }
}
