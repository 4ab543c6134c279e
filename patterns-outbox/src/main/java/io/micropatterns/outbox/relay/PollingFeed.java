package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.SnapshotPage;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a shard's rows page by page, the next one while one is on its way; once it has read all, waits for a signal, or
 * twice as long as before.
 */
final class PollingFeed implements Feed {

    private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);
    private static final int BUSY = 10;
    private static final Duration GATHERING = Duration.ofMillis(5);

    private final OutboxLog.Shard events;
    private final WakeUp wakeUp;
    private final Executor readAhead;
    private @Nullable CompletableFuture<SnapshotPage<OutboxRecord>> ahead;
    private boolean begun;
    private boolean readAll;
    private int lastRows;
    private boolean newSlice;
    private Duration wait = SHORTEST_WAIT;

    PollingFeed(OutboxLog.Shard events, WakeUp wakeUp, Executor readAhead) {
        this.events = events;
        this.wakeUp = wakeUp;
        this.readAhead = readAhead;
    }

    @Override
    public Page next(Position after, PageLimit limit, Duration longest) throws InterruptedException {
        if (begun && readAll) {
            rest(longest);
        }
        begun = true;
        newSlice |= ahead == null && after.cursor().slice() == null;
        SnapshotPage<OutboxRecord> page = page(after.cursor(), limit);
        lastRows = page.rows().size();
        readAll = page.rows().isEmpty() || page.sliceDone();
        if (!readAll) {
            readAhead(page.next(), limit);
        }
        return new Page(page.rows(), after.polled(page.next()), newSlice && page.sliceDone());
    }

    private SnapshotPage<OutboxRecord> page(SnapshotCursor after, PageLimit limit) {
        CompletableFuture<SnapshotPage<OutboxRecord>> next = ahead;
        if (next == null) {
            return events.read(after, limit.events(), limit.bytes());
        }
        ahead = null;
        try {
            return next.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void readAhead(SnapshotCursor after, PageLimit limit) {
        int most = limit.events();
        long bytes = limit.bytes();
        ahead = CompletableFuture.supplyAsync(() -> events.read(after, most, bytes), readAhead);
    }

    /** What came meanwhile was signalled, here or by another node; polling is the net below that. */
    private void rest(Duration longest) throws InterruptedException {
        if (lastRows > 0) {
            wait = SHORTEST_WAIT;
        }
        if (lastRows >= BUSY) {
            // A page a commit would cost a busy machine more than the events themselves.
            TimeUnit.NANOSECONDS.sleep(GATHERING.toNanos());
        }
        if (longest.isZero()) {
            return;
        }
        wait = Waits.shorter(wait, longest);
        wait = wakeUp.await(wait) ? SHORTEST_WAIT : Waits.shorter(wait.multipliedBy(2), longest);
    }
}
