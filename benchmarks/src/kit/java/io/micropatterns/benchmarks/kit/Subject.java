package io.micropatterns.benchmarks.kit;

import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * An outbox under measurement. A subject creates its own tables, stores events in the caller's transaction and has a
 * relay that is off until it is started. Used by one scenario thread, but {@link #publish} by many.
 */
public interface Subject extends Contender {

    /** Creates tables and beans; the relay stays off. */
    @Override
    void open(Environment environment) throws Exception;

    /** The data source that the business row and the event share. */
    DataSource dataSource();

    /** The transaction manager of {@link #dataSource()}. */
    PlatformTransactionManager transactionManager();

    /** Stores an event in the running transaction, as a user of the library would. */
    void publish(OrderPlaced event) throws Exception;

    /** How many events have been stored and not yet been delivered, counted in its tables; -1 when these cannot tell. */
    long waiting();

    /** Makes all waiting events due at once, for libraries that postpone what the relay did not take right away. */
    default void prepareDrain() {}

    /** Starts the relay. */
    void startRelay();

    /** Stops the relay; waits for what it is doing. */
    void stopRelay();

    /** Blocks until published events have left the table and their space has been given back. */
    default void retain() throws InterruptedException {}

    @Override
    default Map<String, Object> run(String scenario, Environment environment) throws Exception {
        return Scenario.valueOf(scenario.toUpperCase(Locale.ROOT)).run(this, environment);
    }
}
