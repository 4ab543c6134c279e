package io.micropatterns.test.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.UUID;
import org.postgresql.core.Utils;

/**
 * What all servers do alike: addresses and databases.
 */
abstract class AbstractPostgresServer implements PostgresServer {

    private static final String DUPLICATE_DATABASE = "42P04";

    private static final String TIMEOUT_SECONDS = "60";

    private static final int STREAM_END_MILLIS = 10_000;

    private final String url;

    private final String username;

    private final String password;

    AbstractPostgresServer(String url, String username, String password) {
        this.url = url;
        this.username = username;
        this.password = password;
    }

    @Override
    public String jdbcUrl() {
        return url;
    }

    @Override
    public String jdbcUrl(String database) {
        int query = url.indexOf('?');
        String address = query < 0 ? url : url.substring(0, query);
        String parameters = query < 0 ? "" : url.substring(query);
        int slash = address.lastIndexOf('/');
        boolean namesDatabase = slash > address.indexOf("//") + 1;
        return (namesDatabase ? address.substring(0, slash) : address) + "/" + database + parameters;
    }

    @Override
    public String username() {
        return username;
    }

    @Override
    public String password() {
        return password;
    }

    @Override
    public String createDatabase() {
        String database = "test_" + UUID.randomUUID().toString().replace("-", "");
        createDatabase(database);
        return database;
    }

    @Override
    public void createDatabase(String database) {
        try {
            execute("CREATE DATABASE " + quoted(database));
        } catch (PostgresServerException ex) {
            if (!(ex.getCause() instanceof SQLException cause) || !DUPLICATE_DATABASE.equals(cause.getSQLState())) {
                throw ex;
            }
        }
    }

    @Override
    public void dropDatabase(String database) {
        // Whoever reads a slot's stream may have gone without the database having noticed, and FORCE spares it.
        execute("SELECT pg_terminate_backend(active_pid, " + STREAM_END_MILLIS + ") FROM pg_replication_slots"
                + " WHERE active_pid IS NOT NULL AND database = " + literal(database));
        execute("DROP DATABASE IF EXISTS " + quoted(database) + " WITH (FORCE)");
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url, connectionProperties());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException ex) {
            throw new PostgresServerException("The server at " + url + " refused: " + sql, ex);
        }
    }

    private Properties connectionProperties() {
        Properties properties = new Properties();
        properties.setProperty("user", username);
        properties.setProperty("password", password);
        // A server that somebody has paused must not keep its caller for ever.
        properties.setProperty("loginTimeout", TIMEOUT_SECONDS);
        properties.setProperty("socketTimeout", TIMEOUT_SECONDS);
        return properties;
    }

    private static String quoted(String identifier) {
        try {
            return Utils.escapeIdentifier(null, identifier).toString();
        } catch (SQLException ex) {
            throw new IllegalArgumentException("'" + identifier + "' cannot be a database's name", ex);
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
