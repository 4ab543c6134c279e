package io.micropatterns.core.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.micropatterns.core.CoreDatabase;
import java.sql.DatabaseMetaData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class PatternSchemaTests {

    private final PatternSchema schema = PatternSchema.core();
    private DataSource dataSource;

    @BeforeEach
    void freshDatabase() {
        dataSource = CoreDatabase.empty();
    }

    @Test
    void createsTheTablesOnce() {
        assertThat(schema.missingTables(dataSource)).isEqualTo(schema.tables());

        assertThat(schema.createIfMissing(dataSource)).isTrue();
        assertThat(schema.createIfMissing(dataSource)).isFalse();

        assertThat(schema.missingTables(dataSource)).isEmpty();
    }

    @Test
    void runsTheScriptAgainWhenOneTableIsMissingAndKeepsTheOthers() {
        schema.createIfMissing(dataSource);
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("drop table patterns_inbox");
        jdbc.execute("insert into patterns_lease (name) values ('kept')");

        assertThat(schema.createIfMissing(dataSource)).isTrue();

        assertThat(schema.missingTables(dataSource)).isEmpty();
        assertThat(jdbc.queryForObject("select count(*) from patterns_lease", Integer.class))
                .isEqualTo(1);
    }

    @Test
    void verifyNamesTheMissingTablesTheScriptAndTheProperty() {
        assertThatExceptionOfType(MissingTableException.class)
                .isThrownBy(() -> schema.verify(dataSource))
                .withMessageContaining("patterns_dead_letter")
                .withMessageContaining("classpath:io/micropatterns/core/schema-postgresql.sql")
                .satisfies(ex -> assertThat(ex.tables()).isEqualTo(schema.tables()))
                .satisfies(ex -> assertThat(ex.property()).isEqualTo("patterns.core.schema.initialize"));
    }

    @Test
    void instancesThatStartTogetherTakeTurns() throws Exception {
        int instances = 8;
        CyclicBarrier together = new CyclicBarrier(instances);
        ExecutorService executor = Executors.newFixedThreadPool(instances);
        try {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < instances; i++) {
                results.add(executor.submit(() -> {
                    together.await(10, TimeUnit.SECONDS);
                    return schema.createIfMissing(dataSource);
                }));
            }
            int created = 0;
            for (Future<Boolean> result : results) {
                created += result.get(30, TimeUnit.SECONDS) ? 1 : 0;
            }
            assertThat(created).isEqualTo(1);
        } finally {
            executor.shutdownNow();
        }
        assertThat(schema.missingTables(dataSource)).isEmpty();
    }

    @Test
    void aRoleWithoutTheRightToCreateTablesStartsOnAMigratedDatabaseAndIsToldOtherwise() throws Exception {
        JdbcTemplate admin = new JdbcTemplate(dataSource);
        admin.execute("drop role if exists reader_only");
        admin.execute("create role reader_only login");
        String url;
        try (var connection = dataSource.getConnection()) {
            url = connection.getMetaData().getURL();
        }
        DataSource restricted = new DriverManagerDataSource(url, "reader_only", "");

        assertThatExceptionOfType(MissingTableException.class)
                .isThrownBy(() -> schema.createIfMissing(restricted))
                .withMessageContaining("could not be created")
                .withStackTraceContaining("permission denied");

        schema.createIfMissing(dataSource);
        assertThat(schema.createIfMissing(restricted)).isFalse();
        admin.execute("drop role reader_only");
    }

    @Test
    void aScriptThatFailsHalfWayLeavesNothingBehind() {
        PatternSchema broken = new PatternSchema("broken", "classpath:broken-schema.sql", List.of("broken_second"));

        assertThatExceptionOfType(MissingTableException.class).isThrownBy(() -> broken.createIfMissing(dataSource));

        assertThat(new PatternSchema("broken", broken.script(), List.of("broken_first")).missingTables(dataSource))
                .containsExactly("broken_first");
    }

    @Test
    void aDatabaseOtherThanPostgresqlIsNamed() {
        assertThatExceptionOfType(UnsupportedDatabaseException.class)
                .isThrownBy(() -> schema.createIfMissing(new DriverManagerDataSource("jdbc:h2:mem:")))
                .withMessageStartingWith("Micropatterns needs PostgreSQL 14 or newer, but the data source is H2 ")
                .satisfies(ex -> assertThat(ex.product()).isEqualTo("H2"));
    }

    @Test
    void aPostgresqlThatIsTooOldIsNamedWithItsVersion() throws Exception {
        DataSource old = mock(DataSource.class, RETURNS_DEEP_STUBS);
        DatabaseMetaData database = old.getConnection().getMetaData();
        when(database.getDatabaseProductName()).thenReturn("PostgreSQL");
        when(database.getDatabaseProductVersion()).thenReturn("13.23");
        when(database.getDatabaseMajorVersion()).thenReturn(13);

        assertThatExceptionOfType(UnsupportedDatabaseException.class)
                .isThrownBy(() -> schema.verify(old))
                .withMessageEndingWith("but the data source is PostgreSQL 13.23")
                .satisfies(ex -> assertThat(ex.version()).isEqualTo("13.23"));
    }

    @Test
    void aFailureIsToldForWhatItIs() {
        assertThatExceptionOfType(DatabaseUnavailableException.class)
                .isThrownBy(
                        () -> schema.missingTables(new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/none")));
        assertThatExceptionOfType(BadSqlGrammarException.class)
                .isThrownBy(() -> PatternSchema.of("none", "far.too.many.dots").missingTables(dataSource))
                .withMessageContaining("Looking for the tables of 'none'");
    }
}
