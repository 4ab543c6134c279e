package io.micropatterns.outbox.cdc;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The outbox's changes in the order of their commits, those of one transaction together and in the order of its
 * statements. Nothing that was not {@linkplain #confirm confirmed} is ever skipped, by the next stream of the slot either,
 * which begins with it again. Used by one thread, but closed by any.
 */
public interface ChangeStream extends AutoCloseable {

    /**
     * The next change.
     *
     * @param timeout how long to wait for one, at most; zero looks at what has arrived
     * @return {@code null} when none came in time
     * @throws ChangeStreamException when the stream has ended, for whatever reason
     */
    @Nullable
    Change next(Duration timeout) throws InterruptedException;

    /**
     * Lets the database forget the log up to this position, that of a {@link Change.Mark}. Takes effect soon; does no I/O
     * and does not fail.
     */
    void confirm(long lsn);

    /** Ends the stream within a few seconds, confirming nothing more. */
    @Override
    void close();
}
