package io.micropatterns.test.postgres;

import io.micropatterns.test.ServerKind;
import io.micropatterns.test.ServerSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class DefaultPostgresServerBuilder implements PostgresServer.Builder {

    private static final Logger logger = LoggerFactory.getLogger(DefaultPostgresServerBuilder.class);

    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

    private final Map<String, String> settings = new LinkedHashMap<>();

    private boolean embedded;

    private boolean durable;

    private @Nullable Path dataDirectory;

    private int port;

    private int maxConnections = DEFAULT_MAX_CONNECTIONS;

    @Override
    public PostgresServer.Builder embedded() {
        this.embedded = true;
        return this;
    }

    @Override
    public PostgresServer.Builder durable(boolean durable) {
        this.durable = durable;
        return this;
    }

    @Override
    public PostgresServer.Builder dataDirectory(Path dataDirectory) {
        this.dataDirectory = dataDirectory.toAbsolutePath();
        return this;
    }

    @Override
    public PostgresServer.Builder port(int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be between 0 and 65535, but is " + port);
        }
        this.port = port;
        return this;
    }

    @Override
    public PostgresServer.Builder maxConnections(int maxConnections) {
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections must be at least 1, but is " + maxConnections);
        }
        this.maxConnections = maxConnections;
        return this;
    }

    @Override
    public PostgresServer.Builder setting(String name, String value) {
        if (!PARAMETER.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a server parameter");
        }
        this.settings.put(name, value);
        return this;
    }

    @Override
    public PostgresServer start() {
        if (embedded) {
            return startEmbedded();
        }
        String url = ServerSettings.get("postgres.url");
        if (url != null) {
            return new ExternalPostgresServer(
                    url,
                    ServerSettings.get("postgres.username", "postgres"),
                    ServerSettings.get("postgres.password", ""));
        }
        List<ServerKind> kinds = ServerSettings.startedKinds("postgres");
        if (!kinds.contains(ServerKind.CONTAINER)) {
            return startEmbedded();
        }
        if (dataDirectory != null || port != 0) {
            throw new UnsupportedOperationException(
                    "A PostgreSQL container has no choice of port and data directory: call embedded() on the builder");
        }
        try {
            return ContainerPostgresServer.start(serverSettings());
        } catch (PostgresServerException ex) {
            if (!kinds.contains(ServerKind.EMBEDDED)) {
                throw ex;
            }
            logger.warn("Postgres starts without a container, because none did", ex);
            return startEmbedded();
        }
    }

    private PostgresServer startEmbedded() {
        return EmbeddedPostgresServer.start(dataDirectory, port, serverSettings());
    }

    private Map<String, String> serverSettings() {
        String flush = durable ? "on" : "off";
        Map<String, String> all = new LinkedHashMap<>();
        all.put("fsync", flush);
        all.put("full_page_writes", flush);
        all.put("max_connections", Integer.toString(maxConnections));
        all.put("wal_level", "logical");
        all.put("timezone", "UTC");
        all.putAll(settings);
        return all;
    }
}
