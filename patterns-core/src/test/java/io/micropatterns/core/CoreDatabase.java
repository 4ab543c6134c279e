package io.micropatterns.core;

import io.micropatterns.core.schema.PatternSchema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** One server for the build's JVM, and a fresh database for each that asks. */
public final class CoreDatabase {

    private CoreDatabase() {}

    public static DataSource empty() {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        new JdbcTemplate(Server.POSTGRES.getPostgresDatabase()).execute("create database " + name);
        return Server.POSTGRES.getDatabase("postgres", name);
    }

    public static DataSource withCoreTables() {
        DataSource dataSource = empty();
        PatternSchema.core().createIfMissing(dataSource);
        return dataSource;
    }

    private static final class Server {

        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server)));
                return server;
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

        private static void close(EmbeddedPostgres server) {
            try {
                server.close();
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }
}
