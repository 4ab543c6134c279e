package io.micropatterns.test.postgres;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a PostgreSQL server cannot be started or does not do what it is asked for.
 */
public class PostgresServerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what failed
     * @param cause why, or {@code null}
     */
    public PostgresServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
