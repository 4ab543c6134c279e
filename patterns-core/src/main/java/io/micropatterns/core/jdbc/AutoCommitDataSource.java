package io.micropatterns.core.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Hands out connections in auto-commit mode, also from a pool configured with {@code auto-commit=false}, on which no
 * answer of the database is waited for longer than a {@link NetworkTimeout}. Background work of the library uses it, so
 * that a single statement is a transaction and costs one round trip. Connections are never bound to a Spring
 * transaction. Thread-safe.
 */
public final class AutoCommitDataSource extends DelegatingDataSource {

    private final NetworkTimeout timeout;

    /** Wraps the application's data source. */
    public AutoCommitDataSource(DataSource target, NetworkTimeout timeout) {
        super(target);
        this.timeout = Objects.requireNonNull(timeout, "timeout");
    }

    @Override
    public Connection getConnection() throws SQLException {
        return autoCommit(super.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return autoCommit(super.getConnection(username, password));
    }

    private Connection autoCommit(Connection connection) throws SQLException {
        try {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true);
            }
            return timeout.applyTo(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
