package io.micropatterns.test.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.test.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@PostgresTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostgresTestTest {

    @Test
    @Order(1)
    void givesAnEmptyDatabaseOfItsOwn(DataSource dataSource, PostgresServer server) throws SQLException {
        assertThat(single(dataSource, "SELECT current_database()"))
                .isEqualTo(TestDatabase.of(PostgresTestTest.class).name())
                .startsWith("postgrestesttest_");
        assertThat(single(dataSource, "SELECT count(*) FROM pg_stat_user_tables"))
                .isEqualTo("0");
        assertThat(server).isSameAs(PostgresServer.shared());
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE marker AS SELECT 'here' AS place");
        }
    }

    @Test
    @Order(2)
    void keepsTheDatabaseForTheWholeClass(DataSource dataSource) throws SQLException {
        assertThat(single(dataSource, "SELECT place FROM marker")).isEqualTo("here");
    }

    @Test
    void doesNotLetATestStopTheSharedServer(PostgresServer server) {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(server::stopHard)
                .withMessageContaining("PostgresServer.builder().embedded()");
        server.close();
        assertThat(server.createDatabase()).isNotEmpty();
    }

    static String single(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    @Nested
    class Inside {

        @Test
        void usesTheOuterClassesDatabase(DataSource dataSource) throws SQLException {
            assertThat(single(dataSource, "SELECT place FROM marker")).isEqualTo("here");
        }
    }
}
