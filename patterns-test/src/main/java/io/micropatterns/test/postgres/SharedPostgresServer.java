package io.micropatterns.test.postgres;

import io.micropatterns.test.ServerKind;
import javax.sql.DataSource;

/**
 * The server that all tests of this JVM share, and that none of them can close.
 */
final class SharedPostgresServer implements PostgresServer {

    private final PostgresServer delegate;

    private SharedPostgresServer(PostgresServer delegate) {
        this.delegate = delegate;
    }

    static PostgresServer instance() {
        return Holder.INSTANCE;
    }

    @Override
    public ServerKind kind() {
        return delegate.kind();
    }

    @Override
    public String jdbcUrl() {
        return delegate.jdbcUrl();
    }

    @Override
    public String jdbcUrl(String database) {
        return delegate.jdbcUrl(database);
    }

    @Override
    public String username() {
        return delegate.username();
    }

    @Override
    public String password() {
        return delegate.password();
    }

    @Override
    public String createDatabase() {
        return delegate.createDatabase();
    }

    @Override
    public void createDatabase(String database) {
        delegate.createDatabase(database);
    }

    @Override
    public void dropDatabase(String database) {
        delegate.dropDatabase(database);
    }

    @Override
    public DataSource dataSource(String database) {
        return delegate.dataSource(database);
    }

    @Override
    public void stopHard() {
        throw unsupported();
    }

    @Override
    public void stop() {
        throw unsupported();
    }

    @Override
    public void restart() {
        throw unsupported();
    }

    @Override
    public void pause() {
        throw unsupported();
    }

    @Override
    public void resume() {
        throw unsupported();
    }

    @Override
    public void close() {
        // Other tests still use it; it ends with the JVM.
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("The shared PostgreSQL server serves all tests of this JVM: start one"
                + " of your own with PostgresServer.builder().embedded() to stop, restart or pause it");
    }

    private static final class Holder {

        static final PostgresServer INSTANCE = start();

        private static PostgresServer start() {
            PostgresServer server = PostgresServer.start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shared-postgres-close"));
            return new SharedPostgresServer(server);
        }
    }
}
