package io.micropatterns.outbox;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.SnapshotPage;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The stored events as a polling relay reads them, shard by shard; the SPI of a database adapter. Thread-safe. */
public interface OutboxLog {

    /** Every shard that events may have been stored in, also by instances configured with other numbers of shards. */
    Set<Integer> shards();

    /** Whether an operator has paused publishing. */
    boolean isPaused();

    /** Pauses publishing on every instance, or ends the pause. */
    void setPaused(boolean paused);

    /** One shard's events. Does no I/O. */
    Shard shard(int number);

    /** One shard's committed events, and how far they have been published. Each call is a transaction of its own. */
    interface Shard {

        /** Where reading starts when nothing has been published yet. */
        SnapshotCursor beginning();

        /**
         * Checks that a cursor belongs to this database.
         *
         * @throws io.micropatterns.core.cursor.CursorMismatchException when it does not
         */
        void verify(SnapshotCursor cursor);

        /**
         * Makes a cursor from before a restore fit this database, and saves it, in one transaction.
         *
         * @param from the furthest progress of before
         * @param stream what the stream remembers, which {@link #rebasedFrom()} then gives
         * @throws FencedException when the shard was claimed with a larger token; nothing has changed
         */
        SnapshotCursor rebase(SnapshotCursor from, @Nullable SnapshotCursor stream, long token);

        /** The stream's progress at the last rebase, which the saved progress has replaced. */
        Optional<SnapshotCursor> rebasedFrom();

        /**
         * The next committed events, in an order that keeps each key's.
         *
         * @param after where the last page ended
         * @param limit the most events, at least 1
         * @param maxBytes the page's last event is at the latest that by which the payloads' bytes reach this
         */
        SnapshotPage<OutboxRecord> read(SnapshotCursor after, int limit, long maxBytes);

        /**
         * The committed events of some transactions, in their order.
         *
         * @param without the positions of those that are not wanted
         */
        List<OutboxRecord> ofTransactions(Collection<Long> transactionIds, Collection<Long> without);

        /** The progress saved last. */
        Optional<SnapshotCursor> progress();

        /**
         * Claims the shard: from now on nothing is written for it with a smaller token.
         *
         * @throws FencedException when it was claimed with a larger one
         */
        void claim(long token);

        /**
         * Saves progress.
         *
         * @throws FencedException when the shard was claimed with a larger token
         */
        void saveProgress(SnapshotCursor progress, long token);

        /**
         * Saves progress together with what the relay remembers of the database's log, durably when it returns.
         *
         * @throws FencedException when the shard was claimed with a larger token
         */
        void saveProgress(SnapshotCursor progress, String streamed, long token);

        /** What was saved last of the database's log; a {@linkplain #rebase rebase} forgets it. */
        Optional<String> streamed();

        /**
         * Does some work in a transaction that commits only while the shard is not claimed with a larger token.
         *
         * @throws FencedException when it is; the work has not been done
         */
        void fenced(long token, Runnable work);
    }
}
