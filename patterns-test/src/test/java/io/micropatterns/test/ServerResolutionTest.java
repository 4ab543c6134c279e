package io.micropatterns.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.test.kafka.KafkaServer;
import io.micropatterns.test.postgres.PostgresServer;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("Sets system properties")
class ServerResolutionTest {

    @AfterEach
    void clear() {
        System.getProperties().keySet().removeIf(key -> key.toString().startsWith("patterns.test."));
    }

    @Test
    void usesTheConfiguredDatabaseServer() throws SQLException {
        try (PostgresServer owner = PostgresServer.builder().embedded().start()) {
            System.setProperty("patterns.test.postgres.url", owner.jdbcUrl() + "?ApplicationName=tests");
            PostgresServer external = PostgresServer.start();
            assertThat(external.kind()).isEqualTo(ServerKind.EXTERNAL);
            String database = external.createDatabase();
            assertThat(external.jdbcUrl(database)).endsWith("/" + database + "?ApplicationName=tests");
            assertThat(external.dataSource(database).getConnection().isValid(5)).isTrue();
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(external::stopHard)
                    .withMessageContaining("external")
                    .withMessageContaining("embedded()");
            external.dropDatabase(database);
            external.close();
            assertThat(owner.dataSource("postgres").getConnection().isValid(5)).isTrue();
        }
    }

    @Test
    void usesTheConfiguredBrokers() {
        System.setProperty("patterns.test.kafka.bootstrap-servers", "127.0.0.1:1,127.0.0.1:2");
        KafkaServer external = KafkaServer.start();
        assertThat(external.kind()).isEqualTo(ServerKind.EXTERNAL);
        assertThat(external.bootstrapServers()).isEqualTo("127.0.0.1:1,127.0.0.1:2");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(external::restart)
                .withMessageContaining("embedded()");
        external.close();
    }

    @Test
    void startsWithoutContainerWhenToldSo() {
        System.setProperty("patterns.test.postgres.kind", "embedded");
        System.setProperty("patterns.test.kafka.kind", "embedded");
        assertThat(ServerSettings.startedKinds("postgres")).containsExactly(ServerKind.EMBEDDED);
        assertThat(ServerSettings.startedKinds("kafka")).containsExactly(ServerKind.EMBEDDED);
    }

    @Test
    void namesAnUnknownKind() {
        System.setProperty("patterns.test.kafka.kind", "cluster");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(KafkaServer::start)
                .withMessage("patterns.test.kafka.kind must be auto, container or embedded, but is 'cluster'");
    }

    @Test
    void refusesOptionsThatAContainerDoesNotHave() {
        System.setProperty("patterns.test.postgres.kind", "container");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> PostgresServer.builder().port(12_345).start())
                .withMessageContaining("embedded()");
    }
}
