package io.micropatterns.test.junit;

import io.micropatterns.test.postgres.PostgresServer;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The database of one test class. JUnit and Spring ask for it separately and in either order, so its name follows from
 * the class.
 *
 * @param name the database's name
 */
record TestDatabase(String name) implements AutoCloseable {

    // An external server may serve several builds at once.
    private static final String BUILD = UUID.randomUUID().toString().substring(0, 8);

    private static final int MAX_READABLE = 40;

    static TestDatabase of(Class<?> testClass) {
        Class<?> outermost = outermost(testClass);
        String readable = outermost.getSimpleName().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
        return new TestDatabase("%s_%08x_%s"
                .formatted(
                        readable.substring(0, Math.min(MAX_READABLE, readable.length())),
                        outermost.getName().hashCode(),
                        BUILD));
    }

    static Class<?> outermost(Class<?> testClass) {
        Class<?> result = testClass;
        Class<?> enclosing = enclosing(result);
        while (enclosing != null) {
            result = enclosing;
            enclosing = enclosing(result);
        }
        return result;
    }

    private static @Nullable Class<?> enclosing(Class<?> type) {
        // A static member class is a test class in its own right.
        return Modifier.isStatic(type.getModifiers()) ? null : type.getEnclosingClass();
    }

    void create() {
        PostgresServer.shared().createDatabase(name);
    }

    @Override
    public void close() {
        PostgresServer.shared().dropDatabase(name);
    }
}
