package io.micropatterns.outbox.cdc;

import io.micropatterns.core.cursor.TransactionSnapshot;
import java.util.Optional;

/** Looks after an outbox's replication slot and publication; the SPI of a database adapter. Thread-safe. */
public interface SlotKeeper {

    /**
     * The slot, if it exists and is fit to be streamed. Ends the stream of whoever still has it. A few queries.
     *
     * @throws SlotUnavailableException when something is wrong that creating the slot would not mend
     */
    Optional<KeptSlot> find();

    /**
     * Creates the slot, and the publication if it is missing. What is committed from then on will be streamed. Blocks until
     * all transactions have ended that are in progress now, in the whole database.
     *
     * @throws SlotUnavailableException when it cannot be created
     */
    KeptSlot create();

    /** Whether events have been, or may be, in the log alone, so that losing the slot would lose them. One query. */
    boolean holdsMessages();

    /**
     * Whether a slot has ever been {@linkplain #find() found} or created. Until then no event is in the log alone: those to
     * be stored there go to the table. One query.
     */
    boolean hasBeenUsed();

    /**
     * Says that the slot has lost events that were nowhere else, or may have. Until that is accepted there is no slot to be
     * {@linkplain #find() found}, also after a restart.
     *
     * @param how what has happened
     * @return the exception that says so
     */
    SlotUnavailableException lost(String how);

    /** What has been committed by now, and what not. One query. */
    TransactionSnapshot snapshot();

    /** Where in the log the slot's next stream begins; 0 while there is none. One query. */
    long confirmed();

    /** Whether the database has a consumer of the slot, alive as far as it knows. One query. */
    boolean isStreamed();

    /**
     * Sets a mark in the database's log, as {@link MarkText} has it. One query, outside the caller's transaction.
     *
     * @param setBy tells this mark from those that others set
     */
    void mark(String setBy);
}
