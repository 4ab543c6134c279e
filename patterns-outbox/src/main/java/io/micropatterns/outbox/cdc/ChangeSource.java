package io.micropatterns.outbox.cdc;

/** Reads the database's log by a replication slot; the SPI of a change data capture adapter. Thread-safe. */
public interface ChangeSource {

    /**
     * Streams what the slot has kept, from the position that was confirmed last.
     *
     * @throws ChangeStreamException when the slot cannot be read; opening may be tried again
     */
    ChangeStream open(ReplicationSlot slot);
}
