package io.micropatterns.core;

import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.test.postgres.PostgresServer;
import javax.sql.DataSource;

/** Databases for tests that want more than the one that {@code @PostgresTest} gives their class. */
public final class CoreDatabase {

    private CoreDatabase() {}

    public static DataSource empty() {
        PostgresServer server = PostgresServer.shared();
        return server.dataSource(server.createDatabase());
    }

    public static DataSource withCoreTables() {
        DataSource dataSource = empty();
        PatternSchema.core().createIfMissing(dataSource);
        return dataSource;
    }
}
