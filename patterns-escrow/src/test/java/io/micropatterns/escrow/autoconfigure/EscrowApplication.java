package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.batch.autoconfigure.BatchAutoConfiguration;
import io.micropatterns.core.autoconfigure.CoreAutoConfiguration;
import io.micropatterns.test.postgres.PostgresServer;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

/** An application with the escrow and what it builds on, for tests to add to. */
final class EscrowApplication {

    private EscrowApplication() {}

    /** In one new database. */
    static ApplicationContextRunner onOneDatabase(Class<?>... more) {
        return withoutDatabase(more).withBean(DataSource.class, EscrowApplication::newDatabase);
    }

    static ApplicationContextRunner withoutDatabase(Class<?>... more) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        AopAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        CoreAutoConfiguration.class,
                        BatchAutoConfiguration.class,
                        EscrowAutoConfiguration.class))
                .withConfiguration(AutoConfigurations.of(more));
    }

    static DataSource newDatabase() {
        PostgresServer server = PostgresServer.shared();
        return server.dataSource(server.createDatabase());
    }
}
