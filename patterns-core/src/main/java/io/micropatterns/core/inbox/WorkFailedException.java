package io.micropatterns.core.inbox;

import org.jspecify.annotations.Nullable;

/** Carries a checked exception through the transaction template, which rolls back for unchecked ones only. */
final class WorkFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private WorkFailedException(Throwable cause) {
        super(null, cause, false, false);
    }

    static @Nullable Object wrapping(Inbox.Work work) {
        try {
            return work.run();
        } catch (RuntimeException | Error ex) {
            throw ex;
        } catch (Throwable ex) {
            throw new WorkFailedException(ex);
        }
    }
}
