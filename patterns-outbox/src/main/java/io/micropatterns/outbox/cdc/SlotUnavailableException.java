package io.micropatterns.outbox.cdc;

import org.jspecify.annotations.Nullable;

/**
 * There is no slot to stream from, for a reason that has to be mended outside of the application. Events in the table are
 * relayed by polling meanwhile.
 */
public final class SlotUnavailableException extends ChangeStreamException {

    private static final long serialVersionUID = 1L;

    private final Problem problem;

    /** With what is wrong, and what to do about it. */
    public SlotUnavailableException(Problem problem, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.problem = problem;
    }

    /** What is wrong. */
    public Problem problem() {
        return problem;
    }

    /** What can be wrong. */
    public enum Problem {
        /** The database does not log what logical decoding needs: {@code wal_level}. */
        WAL_LEVEL,
        /** The role may not create the slot or the publication. */
        PERMISSION,
        /** The publication is missing or does not publish the outbox's rows. */
        PUBLICATION,
        /** A slot of that name belongs to something else, or no more slots can be created. */
        SLOT,
        /** The slot was lost with events that were nowhere else; an operator must accept that. */
        LOST_EVENTS,
        /** The slot is there, and streaming it keeps failing. */
        STREAM
    }
}
