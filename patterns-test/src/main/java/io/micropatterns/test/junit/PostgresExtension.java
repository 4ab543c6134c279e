package io.micropatterns.test.junit;

import io.micropatterns.test.postgres.PostgresServer;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What stands behind {@link PostgresTest}.
 */
final class PostgresExtension implements BeforeAllCallback, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(PostgresExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        database(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == DataSource.class || type == PostgresServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        PostgresServer server = PostgresServer.shared();
        return parameter.getParameter().getType() == PostgresServer.class
                ? server
                : server.dataSource(database(context).name());
    }

    /**
     * Creates the database once. The store closes it after all callbacks, and so after Spring's context; a nested
     * class finds what its outer class has stored.
     */
    private static TestDatabase database(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .computeIfAbsent(
                        TestDatabase.class,
                        key -> {
                            TestDatabase database = TestDatabase.of(context.getRequiredTestClass());
                            database.create();
                            return database;
                        },
                        TestDatabase.class);
    }
}
