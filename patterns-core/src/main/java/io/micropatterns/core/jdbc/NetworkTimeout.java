package io.micropatterns.core.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The longest silence of the database that background work bears. When it is over, the driver gives the connection up
 * and the statement fails, so that a connection which a firewall has forgotten holds no thread for ever. Query timeouts
 * do not help there: their cancelling is answered on the connection that is dead. A shorter one that a connection has
 * already is kept. Immutable and thread-safe.
 */
public final class NetworkTimeout {

    /** Five minutes: long enough for counting a hundred million rows. */
    public static final NetworkTimeout DEFAULT = of(Duration.ofMinutes(5));

    private final int millis;

    private NetworkTimeout(int millis) {
        this.millis = millis;
    }

    /**
     * Of this length.
     *
     * @throws IllegalArgumentException when it is less than 1 ms, or more than 24 days
     */
    public static NetworkTimeout of(Duration timeout) {
        long millis = timeout.toMillis();
        if (millis < 1 || millis > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a network timeout must be between 1 ms and 24 days, but is " + timeout);
        }
        return new NetworkTimeout((int) millis);
    }

    /** Its length. */
    public Duration duration() {
        return Duration.ofMillis(millis);
    }

    /** This one, or the other if that is shorter. */
    public NetworkTimeout orLess(Duration other) {
        return other.toMillis() < millis ? of(other) : this;
    }

    /** This one, or the other if that is longer. */
    public NetworkTimeout orMore(Duration other) {
        return other.toMillis() > millis ? of(other) : this;
    }

    /** The connection with this timeout; closing it brings the former one back first. */
    Connection applyTo(Connection connection) throws SQLException {
        Integer former = set(connection);
        return former == null ? connection : BoundedConnection.of(connection, former);
    }

    /**
     * Gives the connection of the current transaction this timeout, until the transaction has completed. Does no I/O,
     * but for obtaining the connection where the transaction has none yet.
     *
     * @throws IllegalStateException when there is no transaction with synchronization
     */
    public void applyToTransaction(DataSource dataSource) {
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            Integer former = set(connection);
            if (former != null) {
                TransactionSynchronizationManager.registerSynchronization(new Restoring(connection, former));
            }
        } catch (SQLException ex) {
            throw new DataAccessResourceFailureException("Could not set the network timeout", ex);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    /** The former timeout, or {@code null} when nothing was changed. */
    private @Nullable Integer set(Connection connection) throws SQLException {
        try {
            int former = connection.getNetworkTimeout();
            if (former > 0 && former <= millis) {
                return null;
            }
            connection.setNetworkTimeout(Runnable::run, millis);
            return former;
        } catch (SQLFeatureNotSupportedException ex) {
            return null;
        }
    }

    /** A connection that is lost, or has gone back to its pool, is the pool's to look after. */
    static void restore(Connection connection, int former) {
        try {
            if (!connection.isClosed()) {
                connection.setNetworkTimeout(Runnable::run, former);
            }
        } catch (SQLException ex) {
            // As said above.
        }
    }

    @Override
    public String toString() {
        return duration().toString();
    }

    /** The commit is bounded too, and the connection is still the transaction's afterwards. */
    private record Restoring(Connection connection, int former) implements TransactionSynchronization {

        @Override
        public void afterCompletion(int status) {
            restore(connection, former);
        }
    }
}
