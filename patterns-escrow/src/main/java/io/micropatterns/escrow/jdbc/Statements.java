package io.micropatterns.escrow.jdbc;

import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.EscrowListener.Contention;
import io.micropatterns.escrow.ReservationEvent;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.jdbc.core.ResultSetExtractor;

/**
 * Executes statements. Outside of a caller's transaction each is one of its own, which waits for locks for a bounded time, and is
 * repeated when the database has ended it for a lock that others hold who wait for its own: callers who lock several resources
 * one by one.
 */
final class Statements {

    private static final int MOST_ATTEMPTS = 5;
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final JdbcTemplate jdbc;
    private final @Nullable Bounds bounds;
    private final EscrowListener listener;
    private final @Nullable Publication publication;

    private Statements(
            JdbcTemplate jdbc, @Nullable Bounds bounds, EscrowListener listener, @Nullable Publication publication) {
        this.jdbc = jdbc;
        this.bounds = bounds;
        this.listener = Objects.requireNonNull(listener, "listener");
        this.publication = publication;
    }

    static Statements inTransaction(JdbcTemplate jdbc) {
        return new Statements(jdbc, null, EscrowListener.none(), null);
    }

    static Statements ofTheirOwn(JdbcTemplate jdbc, Bounds bounds) {
        return new Statements(jdbc, bounds, EscrowListener.none(), null);
    }

    /** The same, but this one is told of contention. */
    Statements telling(EscrowListener other) {
        return new Statements(jdbc, bounds, other, publication);
    }

    /** The same, but what changes reservations is executed by a publication. */
    Statements publishing(Publication by) {
        return new Statements(jdbc, bounds, listener, by);
    }

    /** The same, but those that are transactions of their own are bounded otherwise. */
    Statements bounded(Bounds by) {
        return new Statements(jdbc, bounds == null ? null : by, listener, publication);
    }

    /** Whether each is one of its own, so that its failure undoes nothing else. */
    boolean areTransactions() {
        return bounds != null;
    }

    /** How long one that sets this itself is to wait for locks; none where that is the caller's business. */
    @Nullable
    String lockTimeout() {
        return bounds == null ? null : bounds.inMillis();
    }

    /** Whether somebody wants to know which reservations are changed. */
    boolean arePublished() {
        return publication != null;
    }

    void contended(Contention kind) {
        listener.contended(kind);
    }

    <T extends @Nullable Object> T query(
            String sql, Plan plan, PreparedStatementSetter parameters, ResultSetExtractor<T> rows) {
        return repeated(() -> execute(jdbc, sql, plan, parameters, rows));
    }

    /**
     * The same, of one that changes reservations.
     *
     * @param changes tells from the answer what has happened; not asked unless that is published
     */
    <T extends @Nullable Object> T change(
            String sql,
            Plan plan,
            PreparedStatementSetter parameters,
            ResultSetExtractor<T> rows,
            Function<T, List<ReservationEvent>> changes) {
        Publication publishing = publication;
        return publishing == null
                ? query(sql, plan, parameters, rows)
                : repeated(() -> publishing.run(by -> execute(by, sql, plan, parameters, rows), changes));
    }

    private <T extends @Nullable Object> T repeated(Supplier<T> statement) {
        for (int attempt = 1; ; attempt++) {
            try {
                return statement.get();
            } catch (ConcurrencyFailureException e) {
                if (bounds == null || attempt == MOST_ATTEMPTS || isOutOfTime(e)) {
                    throw e;
                }
                contended(Contention.REPEATED);
            } catch (DataAccessException e) {
                throw bounds != null && isOutOfTime(e) ? new CannotAcquireLockException(bounds.exceeded(), e) : e;
            }
        }
    }

    private static boolean isOutOfTime(DataAccessException failure) {
        return failure.getMostSpecificCause() instanceof SQLException cause
                && LOCK_NOT_AVAILABLE.equals(cause.getSQLState());
    }

    @SuppressWarnings("NullAway") // an extractor's null is its answer
    private <T extends @Nullable Object> T execute(
            JdbcTemplate by, String sql, Plan plan, PreparedStatementSetter parameters, ResultSetExtractor<T> rows) {
        Bounds within = bounds;
        if (within == null) {
            return by.query(sql, parameters, rows);
        }
        if (publication != null) {
            return by.execute(plan.before(sql, within.settingsOfSeveralStatements()), prepared(parameters, rows));
        }
        return plan == Plan.ITS_OWN
                ? by.query(sql, parameters, rows)
                : by.execute(plan.before(sql, within.settings()), prepared(parameters, rows));
    }

    private static <T extends @Nullable Object> PreparedStatementCallback<T> prepared(
            PreparedStatementSetter parameters, ResultSetExtractor<T> rows) {
        return statement -> {
            parameters.setValues(statement);
            statement.execute();
            statement.getMoreResults();
            try (ResultSet result = statement.getResultSet()) {
                return rows.extractData(result);
            }
        };
    }

    /** An array as a statement's parameter. */
    static Array array(PreparedStatement statement, String type, Object[] values) throws SQLException {
        return statement.getConnection().createArrayOf(type, values);
    }
}
