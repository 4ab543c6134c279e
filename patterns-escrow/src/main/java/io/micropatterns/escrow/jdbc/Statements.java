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
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.ArgumentPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.jdbc.core.ResultSetExtractor;

/**
 * Executes statements. Outside of a caller's transaction each is one of its own, and is repeated when the database has ended it for
 * a lock that others hold who wait for its own: callers who lock several resources one by one.
 */
final class Statements {

    private static final int MOST_ATTEMPTS = 5;

    private final JdbcTemplate jdbc;
    private final boolean repeats;
    private final EscrowListener listener;
    private final @Nullable Publication publication;

    private Statements(JdbcTemplate jdbc, boolean repeats, EscrowListener listener, @Nullable Publication publication) {
        this.jdbc = jdbc;
        this.repeats = repeats;
        this.listener = Objects.requireNonNull(listener, "listener");
        this.publication = publication;
    }

    static Statements inTransaction(JdbcTemplate jdbc) {
        return new Statements(jdbc, false, EscrowListener.none(), null);
    }

    static Statements ofTheirOwn(JdbcTemplate jdbc) {
        return new Statements(jdbc, true, EscrowListener.none(), null);
    }

    /** The same, but this one is told of contention. */
    Statements telling(EscrowListener other) {
        return new Statements(jdbc, repeats, other, publication);
    }

    /** The same, but what changes reservations is executed by a publication. */
    Statements publishing(Publication by) {
        return new Statements(jdbc, repeats, listener, by);
    }

    /** Whether somebody wants to know which reservations are changed. */
    boolean arePublished() {
        return publication != null;
    }

    <T extends @Nullable Object> T run(Function<JdbcTemplate, T> statement) {
        for (int attempt = 1; ; attempt++) {
            try {
                return statement.apply(jdbc);
            } catch (ConcurrencyFailureException e) {
                if (!repeats || attempt == MOST_ATTEMPTS) {
                    throw e;
                }
                contended(Contention.REPEATED);
            }
        }
    }

    void contended(Contention kind) {
        listener.contended(kind);
    }

    <T> T query(String sql, Plan plan, PreparedStatementSetter parameters, ResultSetExtractor<T> rows) {
        return run(by -> execute(by, sql, plan, parameters, rows));
    }

    /**
     * The same, of one that changes reservations.
     *
     * @param changes tells from the answer what has happened; not asked unless that is published
     */
    <T> T change(
            String sql,
            Plan plan,
            PreparedStatementSetter parameters,
            ResultSetExtractor<T> rows,
            Function<T, List<ReservationEvent>> changes) {
        Publication publishing = publication;
        return publishing == null
                ? query(sql, plan, parameters, rows)
                : run(none -> publishing.run(by -> execute(by, sql, plan, parameters, rows), changes));
    }

    private <T> T execute(
            JdbcTemplate by, String sql, Plan plan, PreparedStatementSetter parameters, ResultSetExtractor<T> rows) {
        return Objects.requireNonNull(
                !repeats || plan.isTheDatabases()
                        ? by.query(sql, parameters, rows)
                        : by.execute(plan.before(sql), planned(parameters, rows)));
    }

    private static <T> PreparedStatementCallback<T> planned(
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

    /** Executes a query that gives a count of the many rows that it has found by keys, and changed. */
    int count(String sql, Object... parameters) {
        return query(sql, Plan.BY_KEYS, new ArgumentPreparedStatementSetter(parameters), row -> {
            row.next();
            return row.getInt(1);
        });
    }

    /** An array as a statement's parameter. */
    static Array array(PreparedStatement statement, String type, Object[] values) throws SQLException {
        return statement.getConnection().createArrayOf(type, values);
    }
}
