package io.micropatterns.test.postgres;

import io.micropatterns.test.ServerKind;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server for tests and examples.
 *
 * <p>Where it comes from is decided when it starts: the address in {@code patterns.test.postgres.url} when that is set
 * (as a system property, or as the environment variable {@code PATTERNS_TEST_POSTGRES_URL}), else a container when a
 * Docker engine answers, else a server whose binaries come from the class path. The last one needs nothing installed,
 * works as root and as an ordinary user, and is the only one that can be crashed and paused; tests that do so ask for
 * it with {@link Builder#embedded()}.
 *
 * <p>No process and no file of a server that this class has started outlives this JVM, however it ends.
 *
 * <p>Safe for use by several threads.
 */
public interface PostgresServer extends AutoCloseable {

    /**
     * Starts a server with default options. Blocks until it accepts connections.
     *
     * @return the running server
     * @throws PostgresServerException when it does not start
     */
    static PostgresServer start() {
        return builder().start();
    }

    /**
     * Returns a builder for a server with options.
     *
     * @return a new builder
     */
    static Builder builder() {
        return new DefaultPostgresServerBuilder();
    }

    /**
     * Returns the one server that all tests in this JVM share. The first call starts it; it stops with the JVM, and
     * {@link #close()} on it does nothing. Tests must not stop or pause it.
     *
     * @return the running server
     * @throws PostgresServerException when it does not start
     */
    static PostgresServer shared() {
        return SharedPostgresServer.instance();
    }

    /**
     * Returns where this server comes from.
     *
     * @return the kind
     */
    ServerKind kind();

    /**
     * Returns the address of the server's default database.
     *
     * @return a JDBC URL without credentials
     */
    String jdbcUrl();

    /**
     * Returns the address of one of the server's databases. Parameters of {@link #jdbcUrl()} are kept.
     *
     * @param database the database's name
     * @return a JDBC URL without credentials
     */
    String jdbcUrl(String database);

    /**
     * Returns the name of a user who may create databases.
     *
     * @return the user's name
     */
    String username();

    /**
     * Returns the user's password.
     *
     * @return the password, empty when none is needed
     */
    String password();

    /**
     * Creates an empty database with a name that nobody uses.
     *
     * @return its name
     * @throws PostgresServerException when the server refuses
     */
    String createDatabase();

    /**
     * Creates an empty database. Does nothing when there is one of that name already.
     *
     * @param database the database's name
     * @throws PostgresServerException when the server refuses
     */
    void createDatabase(String database);

    /**
     * Drops a database and ends the sessions that use it. Does nothing when there is no such database.
     *
     * @param database the database's name
     * @throws PostgresServerException when the server refuses
     */
    void dropDatabase(String database);

    /**
     * Returns a data source that opens a new connection each time it is asked.
     *
     * @param database the database's name
     * @return an unpooled data source
     */
    default DataSource dataSource(String database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl(database));
        dataSource.setUser(username());
        if (!password().isEmpty()) {
            dataSource.setPassword(password());
        }
        return dataSource;
    }

    /**
     * Crashes the server: every one of its processes is ended by {@code SIGKILL}. What was committed and flushed is
     * found again after {@link #restart()}; whether commits are flushed is decided by {@link Builder#durable(boolean)}.
     * (The operating system survives, so this does not lose what has been written but not flushed.) Blocks until the
     * processes are gone. Does nothing when the server is not running.
     *
     * @throws UnsupportedOperationException when the server is not {@link ServerKind#EMBEDDED}
     */
    void stopHard();

    /**
     * Stops the server in order: sessions are ended, their transactions are rolled back. Does nothing when the server
     * is not running.
     *
     * @throws UnsupportedOperationException when the server is not {@link ServerKind#EMBEDDED}
     */
    void stop();

    /**
     * Starts the server again on the same port and the same data, after stopping it in order when it still runs.
     * Blocks until it accepts connections, crash recovery included.
     *
     * @throws UnsupportedOperationException when the server is not {@link ServerKind#EMBEDDED}
     * @throws PostgresServerException when it does not start
     */
    void restart();

    /**
     * Freezes all of the server's processes ({@code SIGSTOP}): connections stay open and nothing answers.
     *
     * @throws UnsupportedOperationException when the server is not {@link ServerKind#EMBEDDED}
     * @throws IllegalStateException when the server is not running
     */
    void pause();

    /**
     * Lets the processes continue after {@link #pause()}. Does nothing when the server is not paused.
     *
     * @throws UnsupportedOperationException when the server is not {@link ServerKind#EMBEDDED}
     */
    void resume();

    /**
     * Stops the server and removes its data, unless it is external or {@link Builder#dataDirectory(Path)} was given.
     * Closing twice is allowed.
     */
    @Override
    void close();

    /**
     * Options of a server to be started. They do not change an external server; those that a container cannot
     * honour lead to an exception from {@link #start()}. Not for use by several threads.
     */
    interface Builder {

        /** The default of {@link #maxConnections(int)}: {@value}. */
        int DEFAULT_MAX_CONNECTIONS = 200;

        /**
         * Starts an {@link ServerKind#EMBEDDED} server even when an address is configured or a Docker engine answers.
         *
         * @return this builder
         */
        Builder embedded();

        /**
         * Decides whether commits are flushed to disk ({@code fsync} and {@code full_page_writes}). Off by default, which makes tests faster; fault tests and benchmarks switch it on.
         *
         * @param durable whether to flush
         * @return this builder
         */
        Builder durable(boolean durable);

        /**
         * Keeps the data in a directory that stays when the server is closed, and is used again by the next one.
         * Embedded servers only.
         *
         * @param dataDirectory a directory that is empty, missing, or has been used by such a server before
         * @return this builder
         */
        Builder dataDirectory(Path dataDirectory);

        /**
         * Chooses the port. Embedded servers only.
         *
         * @param port a port between 1 and 65535, or 0 for a free one, which is the default
         * @return this builder
         * @throws IllegalArgumentException when the port is out of range
         */
        Builder port(int port);

        /**
         * Limits the number of connections.
         *
         * @param maxConnections at least 1; {@value #DEFAULT_MAX_CONNECTIONS} by default
         * @return this builder
         * @throws IllegalArgumentException when the number is out of range
         */
        Builder maxConnections(int maxConnections);

        /**
         * Sets a server parameter, such as {@code max_wal_size} to {@code 4GB}. Overrides what this builder would set.
         *
         * @param name the parameter's name
         * @param value its value, without quotes
         * @return this builder
         * @throws IllegalArgumentException when the name is not a parameter's name
         */
        Builder setting(String name, String value);

        /**
         * Starts the server. Blocks until it accepts connections.
         *
         * @return the running server
         * @throws PostgresServerException when it does not start
         * @throws UnsupportedOperationException when an option does not apply to a container
         */
        PostgresServer start();
    }
}
