package io.micropatterns.test.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.ServerKind;
import io.micropatterns.test.network.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fault")
class EmbeddedPostgresServerTest {

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.builder()
                .embedded()
                .durable(true)
                .setting("work_mem", "5MB")
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void startsWithTheChosenSettings() throws SQLException {
        assertThat(server.kind()).isEqualTo(ServerKind.EMBEDDED);
        assertThat(query(server, "postgres", "SHOW fsync")).isEqualTo("on");
        assertThat(query(server, "postgres", "SHOW synchronous_commit")).isEqualTo("on");
        assertThat(query(server, "postgres", "SHOW full_page_writes")).isEqualTo("on");
        assertThat(query(server, "postgres", "SHOW work_mem")).isEqualTo("5MB");
        assertThat(query(server, "postgres", "SHOW max_connections")).isEqualTo("200");
        assertThat(query(server, "postgres", "SHOW wal_level")).isEqualTo("logical");
    }

    @Test
    void createsFreshDatabasesAndDropsThemUnderOpenSessions() throws SQLException {
        String first = server.createDatabase();
        String second = server.createDatabase();
        execute(server, first, "CREATE TABLE only_here (id int)");
        assertThat(first).isNotEqualTo(second);
        assertThat(query(server, second, "SELECT to_regclass('only_here')")).isNull();
        try (Connection open = server.dataSource(first).getConnection()) {
            assertThat(open.isValid(30)).isTrue();
            server.dropDatabase(first);
            assertThat(open.isValid(1)).isFalse();
        }
        server.dropDatabase(first);
        assertThat(query(server, "postgres", "SELECT count(*) FROM pg_database WHERE datname = '" + first + "'"))
                .isEqualTo("0");
    }

    @Test
    void acceptsTheNameOfADatabaseThatExists() throws SQLException {
        server.createDatabase("Odd \"name\"");
        server.createDatabase("Odd \"name\"");
        assertThat(query(server, "postgres", "SELECT count(*) FROM pg_database WHERE datname = 'Odd \"name\"'"))
                .isEqualTo("1");
        server.dropDatabase("Odd \"name\"");
    }

    @Test
    void keepsCommittedRowsAcrossACrashAndComesBackOnTheSamePort() throws SQLException {
        String database = server.createDatabase();
        String url = server.jdbcUrl(database);
        execute(server, database, "CREATE TABLE kept (id int)");
        execute(server, database, "INSERT INTO kept SELECT generate_series(1, 1000)");
        try (Connection open = server.dataSource(database).getConnection();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("INSERT INTO kept VALUES (-1)");
            server.stopHard();
            assertThatExceptionOfType(SQLException.class).isThrownBy(open::commit);
        }
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> server.dataSource(database).getConnection());
        server.restart();
        assertThat(server.jdbcUrl(database)).isEqualTo(url);
        assertThat(query(server, database, "SELECT count(*) || ',' || min(id) FROM kept"))
                .isEqualTo("1000,1");
    }

    @Test
    void survivesManyCrashes() throws SQLException {
        String database = server.createDatabase();
        execute(server, database, "CREATE TABLE rounds (round int)");
        for (int round = 1; round <= 5; round++) {
            execute(server, database, "INSERT INTO rounds VALUES (" + round + ")");
            server.stopHard();
            server.restart();
            assertThat(query(server, database, "SELECT count(*) FROM rounds")).isEqualTo("" + round);
        }
    }

    @Test
    void restartsInOrder() throws SQLException {
        String database = server.createDatabase();
        server.stop();
        server.stop();
        server.restart();
        server.restart();
        assertThat(query(server, database, "SELECT 1")).isEqualTo("1");
    }

    @Test
    void answersNothingWhilePaused() throws Exception {
        String database = server.createDatabase();
        try (Connection connection = server.dataSource(database).getConnection();
                Statement statement = connection.createStatement()) {
            server.pause();
            CountDownLatch sent = new CountDownLatch(1);
            CompletableFuture<Boolean> answer = CompletableFuture.supplyAsync(() -> {
                sent.countDown();
                try {
                    return statement.execute("SELECT 1");
                } catch (SQLException ex) {
                    throw new IllegalStateException(ex);
                }
            });
            sent.await();
            await().during(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !answer.isDone());
            server.resume();
            assertThat(answer.get()).isTrue();
        }
    }

    @Test
    void keepsAGivenDirectoryForTheNextServer(@TempDir Path directory) throws SQLException {
        Path data = directory.resolve("data");
        int port = Ports.free();
        PostgresServer.Builder builder =
                PostgresServer.builder().embedded().dataDirectory(data).port(port);
        try (PostgresServer first = builder.start()) {
            assertThat(first.jdbcUrl()).contains(":" + port + "/");
            execute(first, "postgres", "CREATE TABLE kept AS SELECT 42 AS answer");
        }
        try (PostgresServer second = builder.start()) {
            assertThat(query(second, "postgres", "SELECT answer FROM kept")).isEqualTo("42");
        }
        assertThat(data).isNotEmptyDirectory();
    }

    @Test
    void leavesNoProcessAndNoFileBehind() throws Exception {
        PostgresServer closing = PostgresServer.builder().embedded().start();
        Path data = Path.of(query(closing, "postgres", "SHOW data_directory"));
        long postmaster = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0));
        closing.close();
        closing.close();
        assertThat(data).doesNotExist();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> ProcessHandle.of(postmaster).isEmpty());
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(closing::restart);
    }

    @Test
    void reportsTheServersLogWhenItDoesNotStart() {
        assertThatExceptionOfType(PostgresServerException.class)
                .isThrownBy(() -> PostgresServer.builder()
                        .embedded()
                        .setting("shared_buffers", "nonsense")
                        .start())
                .havingRootCause()
                .withMessageContaining("pg_ctl failed");
    }

    @Test
    void doesNotReplaceAServerThatHoldsTheDirectory(@TempDir Path data) throws SQLException {
        PostgresServer.Builder builder = PostgresServer.builder().embedded().dataDirectory(data);
        try (PostgresServer first = builder.start()) {
            assertThatExceptionOfType(PostgresServerException.class).isThrownBy(builder::start);
            assertThat(query(first, "postgres", "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void namesAWrongOption() {
        PostgresServer.Builder builder = PostgresServer.builder();
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> builder.port(70_000))
                .withMessageContaining("70000");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> builder.maxConnections(0))
                .withMessageContaining("maxConnections");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> builder.setting("fsync = on", "x"))
                .withMessageContaining("fsync = on");
    }

    static void execute(PostgresServer server, String database, String sql) throws SQLException {
        try (Connection connection = server.dataSource(database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String query(PostgresServer server, String database, String sql) throws SQLException {
        try (Connection connection = server.dataSource(database).getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }
}
