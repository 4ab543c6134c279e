package io.micropatterns.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micropatterns.test.network.TcpProxy;
import io.micropatterns.test.postgres.PostgresServer;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A single connection, which is never closed, stands for a pool's. */
class NetworkTimeoutTests {

    private static final NetworkTimeout SECOND = NetworkTimeout.of(Duration.ofSeconds(1));

    private TcpProxy proxy;
    private Connection pooled;
    private DataSource pool;

    @BeforeEach
    void connect() throws SQLException {
        PostgresServer server = PostgresServer.shared();
        String url = server.jdbcUrl("postgres");
        URI uri = URI.create(url.substring("jdbc:".length()));
        proxy = TcpProxy.to(uri.getHost(), uri.getPort());
        pooled = DriverManager.getConnection(
                url.replace(":" + uri.getPort() + "/", ":" + proxy.port() + "/"), server.username(), server.password());
        pool = new SingleConnectionDataSource(pooled, true);
    }

    @AfterEach
    void close() throws SQLException {
        pooled.close();
        proxy.close();
    }

    @Test
    void closingAConnectionBringsItsFormerTimeoutBack() throws SQLException {
        pooled.setNetworkTimeout(Runnable::run, 70_000);

        NetworkTimeout timeout = NetworkTimeout.of(Duration.ofSeconds(30));
        try (Connection connection = new AutoCommitDataSource(pool, timeout).getConnection()) {
            assertThat(pooled.getNetworkTimeout()).isEqualTo(30_000);
            assertThat(connection.unwrap(PGConnection.class)).isSameAs(pooled);
            assertThat(List.of(connection)).contains(connection).doesNotContain(pooled);
            assertThatExceptionOfType(SQLException.class)
                    .as("as the driver throws it")
                    .isThrownBy(() -> connection.prepareStatement("nonsense").execute());
        }

        assertThat(pooled.getNetworkTimeout()).isEqualTo(70_000);
    }

    @Test
    void aShorterTimeoutIsKept() throws SQLException {
        pooled.setNetworkTimeout(Runnable::run, 900);

        try (Connection connection = new AutoCommitDataSource(pool, SECOND).getConnection()) {
            assertThat(connection.getNetworkTimeout()).isEqualTo(900);
        }
    }

    @Test
    void aTransactionsConnectionHasTheTimeoutUntilItHasCompleted() throws SQLException {
        transaction().executeWithoutResult(status -> {
            SECOND.applyToTransaction(pool);
            assertThat(timeout()).isEqualTo(1_000);
        });
        assertThat(pooled.getNetworkTimeout()).isZero();

        transaction().executeWithoutResult(status -> {
            SECOND.applyToTransaction(pool);
            status.setRollbackOnly();
        });
        assertThat(pooled.getNetworkTimeout()).isZero();
    }

    @Test
    void aStatementFailsWhenTheDatabaseHasFallenSilent() {
        proxy.forget();

        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> new JdbcTemplate(new AutoCommitDataSource(pool, SECOND)).execute("select 1"))
                .withStackTraceContaining("Read timed out");
    }

    @Test
    void aTransactionFailsWhenTheDatabaseHasFallenSilentBeforeItsCommit() {
        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> transaction().executeWithoutResult(status -> {
                    SECOND.applyToTransaction(pool);
                    new JdbcTemplate(pool).execute("select 1");
                    proxy.forget();
                }));

        assertThat(pooled).is(new Condition<>(NetworkTimeoutTests::isClosed, "given up"));
    }

    @Test
    void onlyALengthThatADriverTakesIsAccepted() {
        assertThatIllegalArgumentException().isThrownBy(() -> NetworkTimeout.of(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> NetworkTimeout.of(Duration.ofDays(25)));
        assertThat(SECOND.orLess(Duration.ofMillis(5)).duration()).isEqualTo(Duration.ofMillis(5));
        assertThat(SECOND.orLess(Duration.ofMinutes(5))).isSameAs(SECOND);
        assertThat(SECOND.orMore(Duration.ofMinutes(5)).duration()).isEqualTo(Duration.ofMinutes(5));
        assertThat(SECOND.orMore(Duration.ofMillis(5))).isSameAs(SECOND);
    }

    private TransactionTemplate transaction() {
        return new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private int timeout() {
        try {
            return pooled.getNetworkTimeout();
        } catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
