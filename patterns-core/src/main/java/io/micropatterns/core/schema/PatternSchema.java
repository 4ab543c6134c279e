package io.micropatterns.core.schema;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.support.EncodedResource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.datasource.init.ScriptUtils;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

/**
 * The tables of one pattern and the idempotent script that creates them. Immutable and thread-safe.
 *
 * @param pattern the pattern's name, as in {@code patterns.<pattern>.schema.initialize}
 * @param script the script's resource location, as in {@code classpath:io/micropatterns/<pattern>/schema-postgresql.sql}
 * @param tables the tables that must exist before the pattern can start, resolved through the search path
 */
public record PatternSchema(String pattern, String script, List<String> tables) {

    /** "micropat" in ASCII: one lock for all patterns, so that instances that start together take turns. */
    private static final long LOCK = 0x6d6963726f706174L;

    public PatternSchema {
        Objects.requireNonNull(pattern, "pattern");
        Objects.requireNonNull(script, "script");
        tables = List.copyOf(tables);
        if (tables.isEmpty()) {
            throw new IllegalArgumentException("tables must name at least one table");
        }
    }

    /** The schema of a pattern whose script is {@code classpath:io/micropatterns/<pattern>/schema-postgresql.sql}. */
    public static PatternSchema of(String pattern, String... tables) {
        return new PatternSchema(
                pattern, "classpath:io/micropatterns/" + pattern + "/schema-postgresql.sql", List.of(tables));
    }

    /** The schema of {@code patterns-core}: dead letters, inbox, leases and members. */
    public static PatternSchema core() {
        return of("core", "patterns_dead_letter", "patterns_inbox", "patterns_lease", "patterns_member");
    }

    /** The property that decides whether the script runs: {@code patterns.<pattern>.schema.initialize}. */
    public String property() {
        return "patterns." + pattern + ".schema.initialize";
    }

    /**
     * The tables that do not exist yet, in declared order. Blocks; uses a connection of its own.
     *
     * @throws UnsupportedDatabaseException when the database is not PostgreSQL, or too old a one
     * @throws DatabaseUnavailableException when the database cannot be connected to
     * @throws DataAccessException when the database cannot be asked
     */
    public List<String> missingTables(DataSource dataSource) {
        return withConnection(dataSource, "Looking for the tables of '" + pattern + "'", this::missingTables);
    }

    /**
     * Runs the script when a table is missing, and only then, so that a role without the right to create tables works
     * on a database that has been migrated. The script runs in one transaction of its own, under an advisory lock:
     * any number of instances may start together. Blocks.
     *
     * @return whether the script ran
     * @throws MissingTableException when a table is missing and could not be created
     * @throws UnsupportedDatabaseException when the database is not PostgreSQL, or too old a one
     * @throws DatabaseUnavailableException when the database cannot be connected to
     * @throws DataAccessException when the database cannot be asked
     */
    public boolean createIfMissing(DataSource dataSource) {
        return !missingTables(dataSource).isEmpty()
                && withConnection(dataSource, "Creating the tables of '" + pattern + "'", this::create);
    }

    /**
     * Checks that every table exists. Blocks.
     *
     * @throws MissingTableException when one does not
     * @throws UnsupportedDatabaseException when the database is not PostgreSQL, or too old a one
     * @throws DatabaseUnavailableException when the database cannot be connected to
     * @throws DataAccessException when the database cannot be asked
     */
    public void verify(DataSource dataSource) {
        List<String> missing = missingTables(dataSource);
        if (!missing.isEmpty()) {
            throw new MissingTableException(this, missing, null);
        }
    }

    private static <T> T withConnection(DataSource dataSource, String task, Work<T> work) {
        try (Connection connection = connect(dataSource)) {
            UnsupportedDatabaseException.check(connection.getMetaData());
            return work.run(connection);
        } catch (SQLException ex) {
            DataAccessException translated = new SQLExceptionSubclassTranslator().translate(task, null, ex);
            throw translated != null ? translated : new UncategorizedSQLException(task, null, ex);
        }
    }

    private static Connection connect(DataSource dataSource) {
        try {
            return dataSource.getConnection();
        } catch (SQLException ex) {
            throw new DatabaseUnavailableException(ex);
        }
    }

    private boolean create(Connection connection) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            boolean created = createLocked(connection);
            connection.commit();
            return created;
        } catch (SQLException | RuntimeException ex) {
            connection.rollback();
            throw ex;
        } finally {
            connection.setAutoCommit(autoCommit);
        }
    }

    private boolean createLocked(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
        }
        List<String> missing = missingTables(connection);
        if (missing.isEmpty()) {
            return false;
        }
        try {
            // The driver splits the script: it knows dollar quotes, which ScriptUtils does not.
            ScriptUtils.executeSqlScript(
                    connection,
                    new EncodedResource(new DefaultResourceLoader().getResource(script), StandardCharsets.UTF_8),
                    false,
                    false,
                    ScriptUtils.DEFAULT_COMMENT_PREFIX,
                    ScriptUtils.EOF_STATEMENT_SEPARATOR,
                    ScriptUtils.DEFAULT_BLOCK_COMMENT_START_DELIMITER,
                    ScriptUtils.DEFAULT_BLOCK_COMMENT_END_DELIMITER);
        } catch (DataAccessException ex) {
            throw new MissingTableException(this, missing, ex);
        }
        return true;
    }

    private List<String> missingTables(Connection connection) throws SQLException {
        List<String> missing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("select to_regclass(?) is null")) {
            for (String table : tables) {
                statement.setString(1, table);
                try (ResultSet result = statement.executeQuery()) {
                    if (result.next() && result.getBoolean(1)) {
                        missing.add(table);
                    }
                }
            }
        }
        return missing;
    }

    private interface Work<T> {

        T run(Connection connection) throws SQLException;
    }
}
