package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.CursorMismatchException;
import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.lease.Lease;
import io.micropatterns.outbox.FencedException;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.ShardStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relays one shard while its lease is held: opens session after session, each of which finds out anew how far the shard
 * has been published, so that no failure needs handling of its own.
 */
final class ShardRelay {

    private static final Logger log = LoggerFactory.getLogger(ShardRelay.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final int shard;
    private final Lease lease;
    private final RelayParts parts;
    private final BooleanSupplier paused;
    private final OutboxLog.Shard events;
    private final ShardState state;
    private final WakeUp wakeUp = new WakeUp();
    private final PageLimit pageLimit;
    private final Outage outage;
    private final @Nullable StreamState streaming;
    private volatile boolean rebaseRequested;

    ShardRelay(int shard, Lease lease, RelayParts parts, BooleanSupplier paused) {
        this.shard = shard;
        this.lease = lease;
        this.parts = parts;
        this.paused = paused;
        this.events = parts.log().shard(shard);
        this.streaming = parts.cdc() != null && shard == 0 ? new StreamState() : null;
        this.state = new ShardState(shard, lease.token(), streaming);
        this.pageLimit =
                new PageLimit(parts.options().pageSize(), parts.options().pageBytes());
        this.outage = new Outage(parts.options().stepDownAfter());
    }

    void wake() {
        wakeUp.signal();
    }

    /** Only where it is needed: rebasing would otherwise wait for the next session, perhaps for hours. */
    synchronized boolean rebase() {
        boolean needed = state.needsRebase();
        if (needed) {
            rebaseRequested = true;
            wakeUp.signal();
        }
        return needed;
    }

    /** A request is good for one session; if that fails, whether a rebase is needed shows anew. */
    private synchronized boolean beginSession() {
        boolean rebase = rebaseRequested && state.needsRebase();
        rebaseRequested = false;
        state.turn(ShardStatus.State.OPENING);
        return rebase;
    }

    ShardStatus status() {
        return state.status();
    }

    void run() throws InterruptedException {
        lease.onEnd(wakeUp::signal);
        Duration pause = FIRST_PAUSE;
        while (lease.isHeld()) {
            long before = state.status().published();
            try {
                boolean rebase = beginSession();
                if (claim()) {
                    session(rebase);
                }
                return;
            } catch (FencedException e) {
                log.info("Stopping the relay of shard {}: {}", shard, e.getMessage());
                return;
            } catch (CursorMismatchException e) {
                fail(ShardStatus.State.NEEDS_REBASE, e);
            } catch (RuntimeException | Error e) {
                // Of whatever kind: a shard that gave up would not be missed by its health.
                outage.failed(state.status().published() > before, state.turned());
                fail(ShardStatus.State.FAILING, e);
                leaveToOthers(e);
            }
            pause = state.status().published() > before ? FIRST_PAUSE : longer(pause);
            wakeUpOrPause(pause);
        }
    }

    private void fail(ShardStatus.State newState, Throwable cause) {
        state.failed(newState, cause);
        if (lease.isHeld()) {
            log.warn("Relaying shard {} failed, trying again: {}", shard, state.failure());
            log.debug("The failure in full", cause);
            parts.listener().failed(shard, cause);
        }
    }

    /** It may be this instance alone that cannot publish, and its lease would keep the shard from those that can. */
    private void leaveToOthers(Throwable cause) {
        if (outage.isUnbearable()) {
            parts.stepDown().ask(shard, cause);
        }
    }

    /** Commits go on while the stream is down, so their signals must not shorten the pause; the lease's end does. */
    private void wakeUpOrPause(Duration pause) throws InterruptedException {
        long end = System.nanoTime() + pause.toNanos();
        long left = pause.toNanos();
        while (left > 0 && lease.isHeld() && !rebaseRequested) {
            wakeUp.await(Duration.ofNanos(left));
            left = end - System.nanoTime();
        }
    }

    private static Duration longer(Duration pause) {
        return Waits.shorter(pause.multipliedBy(2), LONGEST_PAUSE);
    }

    /** The next lease has a larger token; until then the refusal is to be seen. */
    private boolean claim() throws InterruptedException {
        try {
            events.claim(lease.token());
            return true;
        } catch (FencedException e) {
            fail(ShardStatus.State.FAILING, e);
            wakeUpOrPause(LONGEST_PAUSE);
            return false;
        }
    }

    private void session(boolean rebase) throws InterruptedException {
        try (OutboxPublisher.Session stream =
                new ReadableRecords(parts.publisher().open(shard))) {
            if (rebase) {
                rebase(stream.progress()
                        .map(progress ->
                                RelayProgress.parse(progress).position().cursor()));
            }
            RelayProgress start = StartingPoint.choose(events, stream.progress());
            session(stream, start);
        }
    }

    private void session(OutboxPublisher.Session stream, RelayProgress start) throws InterruptedException {
        try (Feed feed = feed()) {
            ParkedEvents parked = new ParkedEvents(
                    parts.deadLetters(), parts.options().deadLetters(), parts.listener(), events, shard, lease.token());
            new ShardSession(shard, lease, events, stream, feed, parked, parts, state, wakeUp, paused, start, pageLimit)
                    .run();
        }
    }

    private Feed feed() {
        CdcParts cdc = parts.cdc();
        return cdc == null || streaming == null
                ? polling()
                : new CdcFeed(cdc, this::polling, events, parts.executor(), streaming, Long.toString(lease.token()));
    }

    private PollingFeed polling() {
        return new PollingFeed(events, wakeUp, parts.executor());
    }

    private void rebase(Optional<SnapshotCursor> stream) {
        SnapshotCursor from = StartingPoint.toRebase(events, stream);
        SnapshotCursor rebased = events.rebase(from, stream.orElse(null), lease.token());
        log.warn("Rebased shard {} to this database, from {} to {}", shard, from, rebased);
    }
}
