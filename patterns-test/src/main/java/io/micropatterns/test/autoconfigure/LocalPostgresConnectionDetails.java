package io.micropatterns.test.autoconfigure;

import io.micropatterns.test.postgres.PostgresServer;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * Tells Spring Boot where the local database is, once it has started.
 *
 * @param server the server
 */
record LocalPostgresConnectionDetails(LocalServer<PostgresServer> server) implements JdbcConnectionDetails {

    @Override
    public String getJdbcUrl() {
        return server.get().jdbcUrl();
    }

    @Override
    public String getUsername() {
        return server.get().username();
    }

    @Override
    public String getPassword() {
        return server.get().password();
    }
}
