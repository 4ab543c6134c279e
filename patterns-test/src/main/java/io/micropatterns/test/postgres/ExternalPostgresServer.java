package io.micropatterns.test.postgres;

import io.micropatterns.test.ServerKind;

/**
 * A server that somebody else runs.
 */
final class ExternalPostgresServer extends AbstractPostgresServer {

    ExternalPostgresServer(String url, String username, String password) {
        super(url, username, password);
    }

    @Override
    public ServerKind kind() {
        return ServerKind.EXTERNAL;
    }

    @Override
    public void stopHard() {
        throw unsupported("stopped");
    }

    @Override
    public void stop() {
        throw unsupported("stopped");
    }

    @Override
    public void restart() {
        throw unsupported("restarted");
    }

    @Override
    public void pause() {
        throw unsupported("paused");
    }

    @Override
    public void resume() {
        throw unsupported("resumed");
    }

    @Override
    public void close() {
        // It belongs to somebody else.
    }

    private UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException("The external PostgreSQL server at " + jdbcUrl() + " cannot be " + what
                + " from here: call embedded() on the builder for a server that can");
    }
}
