package io.micropatterns.outbox.relay;

import io.micropatterns.core.deadletter.DeadLetterVersion;
import io.micropatterns.core.lease.Lease;
import io.micropatterns.outbox.OutboxException;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.PublicationException;
import io.micropatterns.outbox.RecordsRejectedException;
import io.micropatterns.outbox.ShardStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * One session of one shard: read a page, publish it with the progress, on and on. Used by one thread; whatever goes wrong
 * ends the session with an exception.
 */
final class ShardSession {

    private static final Duration DEAD_LETTER_LOOK = Duration.ofMillis(500);

    private final int shard;
    private final Lease lease;
    private final OutboxLog.Shard events;
    private final OutboxPublisher.Session stream;
    private final Feed feed;
    private final ParkedEvents parked;
    private final RelayParts parts;
    private final ShardState state;
    private final WakeUp wakeUp;
    private final BooleanSupplier paused;
    private final PageLimit pageLimit;

    private RelayProgress progress;
    /** Only then are the events that earlier sessions parked sure to lie behind the cursor, and may be tried again. */
    private boolean caughtUp;

    /** Parked events have been published, and those that waited behind them may be due. */
    private boolean moreParked;

    private boolean unsaved;
    private long savedAt = System.nanoTime();
    private long deadLettersAt = System.nanoTime();

    ShardSession(
            int shard,
            Lease lease,
            OutboxLog.Shard events,
            OutboxPublisher.Session stream,
            Feed feed,
            ParkedEvents parked,
            RelayParts parts,
            ShardState state,
            WakeUp wakeUp,
            BooleanSupplier paused,
            RelayProgress start,
            PageLimit pageLimit) {
        this.progress = start;
        this.shard = shard;
        this.lease = lease;
        this.events = events;
        this.stream = stream;
        this.feed = feed;
        this.parked = parked;
        this.parts = parts;
        this.state = state;
        this.wakeUp = wakeUp;
        this.paused = paused;
        this.pageLimit = pageLimit;
    }

    void run() throws InterruptedException {
        state.opened();
        parked.settle(progress.settled());
        progress = new RelayProgress(progress.position(), List.of());
        parked.refresh();
        try {
            while (lease.isHeld()) {
                turn();
            }
        } catch (OutboxException e) {
            saveAlso(e);
            throw e;
        }
        save();
    }

    /**
     * Where the stream does not keep the progress, a slow one that fails time and again would otherwise be sent the pages
     * before each failure once more, and never get on. Not after a failure of the database, which would keep it waiting twice.
     */
    private void saveAlso(OutboxException failure) {
        try {
            save();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void turn() throws InterruptedException {
        if (paused.getAsBoolean()) {
            save();
            state.turn(ShardStatus.State.PAUSED);
            wakeUp.await(parts.options().pollInterval());
            return;
        }
        state.turn(ShardStatus.State.RUNNING);
        if (caughtUp && (moreParked || elapsed(deadLettersAt, DEAD_LETTER_LOOK))) {
            deadLettersAt = System.nanoTime();
            moreParked = retryParked();
        }
        Page page = feed.next(progress.position(), pageLimit, moreParked ? Duration.ZERO : longestWait());
        if (page.rows().isEmpty()) {
            pass(page.next());
        } else {
            publish(page);
        }
        if (elapsed(savedAt, parts.options().progressInterval())) {
            save();
        }
        caughtUp |= page.caughtUp();
    }

    /** Where only the log has moved on, the database is to be told, which keeps it otherwise. */
    private void pass(Position next) {
        unsaved |= !Objects.equals(next.streamed(), progress.position().streamed());
        progress = new RelayProgress(next, progress.settled());
    }

    private void publish(Page page) {
        RelayProgress after = new RelayProgress(page.next(), progress.settled());
        for (List<OutboxRecord> records :
                parked.rounds(page.rows(), parts.publisher().exactlyOnce())) {
            publish(parked.withoutParked(records), after);
        }
        progress = after;
        unsaved = true;
    }

    private void publish(List<OutboxRecord> records, RelayProgress after) {
        List<OutboxRecord> rest = records;
        while (true) {
            long begin = System.nanoTime();
            try {
                stream.publish(rest, after.toString());
                pageLimit.published();
                published(rest, begin);
                return;
            } catch (RecordsRejectedException e) {
                rest = parked.park(rest, e.causes());
                if (e.othersPublished()) {
                    published(rest, begin);
                    return;
                }
            } catch (PublicationException e) {
                pageLimit.failed();
                throw e;
            }
        }
    }

    private void published(Collection<OutboxRecord> records, long begin) {
        state.published(records.size());
        if (!records.isEmpty()) {
            parts.stepDown().published();
            parts.listener().published(shard, List.copyOf(records), Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    private boolean retryParked() {
        parked.refresh();
        if (!parked.any()) {
            return false;
        }
        boolean any = false;
        Map<DeadLetterVersion, OutboxRecord> due = parked.due();
        while (!due.isEmpty()) {
            RelayProgress after = new RelayProgress(progress.position(), List.copyOf(due.keySet()));
            long begin = System.nanoTime();
            try {
                stream.publish(List.copyOf(due.values()), after.toString());
            } catch (RecordsRejectedException e) {
                Map<DeadLetterVersion, OutboxRecord> all = due;
                due = parked.failedAgain(due, e.causes());
                if (e.othersPublished()) {
                    parked.settle(due.keySet());
                    published(due.values(), begin);
                    any |= !due.isEmpty();
                    due = Map.of();
                }
                if (due.size() == all.size()) {
                    throw e;
                }
                continue;
            }
            // Until the database has forgotten them, whoever takes over must know that they were published.
            progress = after;
            parked.settle(after.settled());
            progress = new RelayProgress(progress.position(), List.of());
            published(due.values(), begin);
            any = true;
            due = Map.of();
        }
        return any;
    }

    /** Whatever falls due by itself is in time: the next poll, saving progress, trying parked events again. */
    private Duration longestWait() {
        Duration longest = parts.options().pollInterval();
        if (unsaved) {
            longest = Waits.shorter(longest, parts.options().progressInterval());
        }
        return parked.any() ? Waits.shorter(longest, DEAD_LETTER_LOOK) : longest;
    }

    private void save() {
        if (unsaved) {
            Position position = progress.position();
            Streamed streamed = position.streamed();
            if (streamed == null) {
                events.saveProgress(position.cursor(), lease.token());
            } else {
                events.saveProgress(position.cursor(), streamed.toText(position.cursor()), lease.token());
            }
            feed.saved(position);
            unsaved = false;
        }
        savedAt = System.nanoTime();
    }

    private static boolean elapsed(long since, Duration interval) {
        return System.nanoTime() - since >= interval.toNanos();
    }
}
