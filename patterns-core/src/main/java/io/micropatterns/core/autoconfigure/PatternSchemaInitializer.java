package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.schema.MissingTableException;
import io.micropatterns.core.schema.PatternSchema;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;

/**
 * Creates a pattern's tables at start-up, or fails when they are missing. Declared as a bean, it runs after Flyway and
 * Liquibase and before every bean that depends on database initialisation, JPA's included.
 *
 * <p>The script runs only when a table is missing ({@link PatternSchema#createIfMissing}), so an application whose role may
 * not create tables can keep the default, {@code always}, on a database that has been migrated. {@code embedded} runs it
 * for in-memory databases only, which PostgreSQL never is.
 */
public final class PatternSchemaInitializer extends DataSourceScriptDatabaseInitializer {

    private final PatternSchema schema;
    private final DataSource dataSource;

    /** For this schema on this data source, with the mode of {@code patterns.<pattern>.schema.initialize}. */
    public PatternSchemaInitializer(DataSource dataSource, PatternSchema schema, DatabaseInitializationMode mode) {
        super(dataSource, settings(schema, mode));
        this.schema = schema;
        this.dataSource = dataSource;
    }

    /**
     * Creates what is missing, if the mode allows.
     *
     * @throws MissingTableException when a table is missing afterwards
     */
    @Override
    public boolean initializeDatabase() {
        boolean initialised = super.initializeDatabase();
        if (!initialised) {
            schema.verify(dataSource);
        }
        return initialised;
    }

    @Override
    protected void runScripts(Scripts scripts) {
        schema.createIfMissing(dataSource);
    }

    private static DatabaseInitializationSettings settings(PatternSchema schema, DatabaseInitializationMode mode) {
        DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
        settings.setSchemaLocations(List.of(schema.script()));
        settings.setMode(mode);
        return settings;
    }
}
