package io.micropatterns.outbox;

import java.util.List;

/** Where events wait; the SPI that a database adapter implements. Thread-safe. */
public interface OutboxStore {

    /**
     * Stores events in the transaction of the calling thread, in the list's order, in one round trip.
     *
     * @throws org.springframework.dao.DataAccessException when the database refuses; the transaction is then lost
     */
    void insert(List<OutboxRecord> records);
}
