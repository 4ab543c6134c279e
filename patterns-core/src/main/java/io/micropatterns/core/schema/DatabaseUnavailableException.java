package io.micropatterns.core.schema;

import java.sql.SQLException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/** The database could not be connected to when its tables were looked for: it is away, or refuses the login. */
public final class DatabaseUnavailableException extends CannotGetJdbcConnectionException {

    private static final long serialVersionUID = 1L;

    DatabaseUnavailableException(SQLException cause) {
        super("The database of the patterns cannot be connected to", cause);
    }
}
