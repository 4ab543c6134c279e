package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.cdc.ChangeStreamException;

/** The log cannot be told apart by transactions from here on; polling has to come first. */
final class LogGapException extends ChangeStreamException {

    private static final long serialVersionUID = 1L;

    LogGapException() {
        super(
                "Too many transactions ended without a mark in the database's log, so that they cannot be told apart",
                null);
    }
}
