package io.micropatterns.outbox.cdc;

import io.micropatterns.outbox.OutboxRecord;

/** What the database's log tells of an outbox. Immutable. */
public sealed interface Change {

    /** Its position in the log. Grows within a transaction; a later transaction's may be smaller. */
    long lsn();

    /**
     * An event of a committed transaction.
     *
     * @param lsn its own position in the log
     * @param transactionId for a row its {@code xid}; for a message the low 32 bits of it are enough
     * @param stored whether it is a row of the outbox's table, and not a message in the log alone
     * @param event the event; a message's position is its {@code lsn}
     */
    record Event(long lsn, long transactionId, boolean stored, OutboxRecord event) implements Change {}

    /**
     * A mark that the relay has set: what was committed before it in the log has come before it in the stream.
     *
     * @param lsn its position in the log, up to which the stream can be {@linkplain ChangeStream#confirm confirmed}
     * @param text what it says
     */
    record Mark(long lsn, String text) implements Change {}
}
