package io.micropatterns.escrow;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.core.jdbc.Transactions;
import io.micropatterns.core.schema.PatternSchema;
import io.micropatterns.escrow.jdbc.JdbcEscrowMonitor;
import io.micropatterns.escrow.jdbc.JdbcEscrowResources;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import io.micropatterns.test.postgres.PostgresServer;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A database with the escrow's tables, and what reaches them. */
public final class EscrowDatabase implements AutoCloseable {

    private final HikariDataSource dataSource;

    public EscrowDatabase() {
        this(PostgresServer.shared().createDatabase());
    }

    /** Of a database that is there already. */
    public EscrowDatabase(String database) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(PostgresServer.shared().dataSource(database));
        config.setMaximumPoolSize(40);
        config.setMinimumIdle(0);
        dataSource = new HikariDataSource(config);
        PatternSchema.of("escrow", "patterns_escrow_stock", "patterns_escrow_hold")
                .createIfMissing(dataSource);
        PatternSchema.core().createIfMissing(dataSource);
    }

    public DataSource dataSource() {
        return dataSource;
    }

    public JdbcTemplate jdbc() {
        return new JdbcTemplate(dataSource);
    }

    public TransactionTemplate transaction() {
        return Transactions.readCommitted(new JdbcTransactionManager(dataSource));
    }

    public JdbcEscrowStore store(int instance) {
        return new JdbcEscrowStore(dataSource, instance, NetworkTimeout.of(Duration.ofSeconds(30)));
    }

    public EscrowMonitor monitor() {
        return new JdbcEscrowMonitor(dataSource, NetworkTimeout.of(Duration.ofSeconds(30)));
    }

    /** One whose changes are published. */
    public JdbcEscrowStore store(int instance, ReservationEvents events) {
        return store(instance).publishing(events, transaction());
    }

    public EscrowResources resources() {
        return new JdbcEscrowResources(dataSource, transaction());
    }

    /** Lets the time of a reservation be over. */
    public void letExpire(UUID reservation) {
        jdbc().update(
                        "update patterns_escrow_hold set expires_at = clock_timestamp() - interval '1 s' where reservation = ?",
                        reservation);
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
