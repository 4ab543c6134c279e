package io.micropatterns.test.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micropatterns.test.ServerKind;
import io.micropatterns.test.ServerSettings;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ContainerPostgresServerTest {

    @Test
    void runsInAContainerWithTheChosenSettings() throws SQLException {
        assumeTrue(ServerSettings.dockerAnswers(), "No Docker engine answers");
        try (PostgresServer server = start()) {
            assertThat(server.kind()).isEqualTo(ServerKind.CONTAINER);
            String database = server.createDatabase();
            assertThat(EmbeddedPostgresServerTest.query(server, database, "SELECT current_database()"))
                    .isEqualTo(database);
            assertThat(EmbeddedPostgresServerTest.query(server, database, "SHOW work_mem"))
                    .isEqualTo("5MB");
            server.dropDatabase(database);
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(server::stopHard)
                    .withMessageContaining("embedded()");
        }
    }

    private static PostgresServer start() {
        try {
            return ContainerPostgresServer.start(Map.of("work_mem", "5MB"));
        } catch (PostgresServerException ex) {
            if (ex.getCause() instanceof IllegalStateException cause
                    && String.valueOf(cause.getMessage()).contains("cannot be pulled")) {
                Assumptions.abort(
                        "The image cannot be fetched: " + ex.getCause().getMessage());
            }
            throw ex;
        }
    }
}
