package io.micropatterns.test.postgres;

import io.micropatterns.test.ContainerImages;
import io.micropatterns.test.ServerKind;
import io.micropatterns.test.ServerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container.
 */
final class ContainerPostgresServer extends AbstractPostgresServer {

    private static final String DEFAULT_IMAGE = "postgres:18-alpine";

    private final PostgreSQLContainer container;

    private ContainerPostgresServer(PostgreSQLContainer container) {
        super(container.getJdbcUrl(), container.getUsername(), container.getPassword());
        this.container = container;
    }

    static PostgresServer start(Map<String, String> settings) {
        DockerImageName image = DockerImageName.parse(ServerSettings.get("postgres.image", DEFAULT_IMAGE))
                .asCompatibleSubstituteFor("postgres");
        List<String> command = new ArrayList<>(List.of("postgres"));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        PostgreSQLContainer container = new PostgreSQLContainer(image);
        container.withCommand(command.toArray(String[]::new));
        try {
            ContainerImages.require(image);
            container.start();
        } catch (RuntimeException ex) {
            container.close();
            throw new PostgresServerException(
                    "The container " + image + " did not start; set patterns.test.postgres.kind=embedded to do without",
                    ex);
        }
        return new ContainerPostgresServer(container);
    }

    @Override
    public ServerKind kind() {
        return ServerKind.CONTAINER;
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
        container.close();
    }

    private static UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException("A PostgreSQL container cannot be " + what
                + " and keep its port: call embedded() on the builder for a server that can");
    }
}
