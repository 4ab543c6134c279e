package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.KeptSlot;
import io.micropatterns.outbox.cdc.SlotUnavailableException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams the database's log where the slot continues what has been published, and otherwise polls the table until
 * streaming leaves no gap: until the table has been read once, for a broker that is down should not fill the disk with log;
 * then, with the slot there, until all has been read that was committed by then.
 */
final class CdcFeed implements Feed {

    private static final Logger log = LoggerFactory.getLogger(CdcFeed.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofMillis(100);

    private final CdcParts cdc;
    private final Supplier<PollingFeed> newPolling;
    private final OutboxLog.Shard events;
    private final Executor executor;
    private final StreamState state;
    private final String setBy;
    private boolean sought;
    private long soughtAt;
    private PollingFeed polling;
    /** All has been read that was committed when this polling began. */
    private boolean caughtUp;

    private @Nullable Boolean messages;
    private @Nullable CompletableFuture<KeptSlot> creating;
    private @Nullable KeptSlot joining;
    private @Nullable DoubtfulTransactions inDoubt;
    private @Nullable StreamAudit audit;
    private @Nullable StreamFeed stream;

    CdcFeed(
            CdcParts cdc,
            Supplier<PollingFeed> polling,
            OutboxLog.Shard events,
            Executor executor,
            StreamState state,
            String setBy) {
        this.cdc = cdc;
        this.newPolling = polling;
        this.polling = polling.get();
        this.events = events;
        this.executor = executor;
        this.state = state;
        this.setBy = setBy;
    }

    @Override
    public Page next(Position after, PageLimit limit, Duration longest) throws InterruptedException {
        try {
            if (stream == null && audit == null) {
                attach(after);
            }
            if (audit != null) {
                return next(audit, after);
            }
            if (stream != null) {
                return next(stream, after, limit, longest);
            }
        } catch (SlotUnavailableException e) {
            unavailable(e);
        }
        return poll(after, limit, longest);
    }

    private Page next(StreamAudit current, Position after) throws InterruptedException {
        try {
            Page page = current.next(after);
            if (current.isDone()) {
                close();
            }
            return page;
        } catch (ChangeStreamException e) {
            close();
            joining = null;
            throw failed(e);
        }
    }

    private Page next(StreamFeed current, Position after, PageLimit limit, Duration longest)
            throws InterruptedException {
        try {
            return current.next(after, limit, longest);
        } catch (ChangeStreamException e) {
            close();
            if (e instanceof LogGapException) {
                state.gap();
            }
            throw failed(e);
        }
    }

    private Page poll(Position after, PageLimit limit, Duration longest) throws InterruptedException {
        boolean soon = joins() || !caughtUp;
        Page page = polling.next(after, limit, soon ? Waits.shorter(longest, SOON) : longest);
        caughtUp |= page.caughtUp();
        // What was parked may be a message of the log, which only the stream can pass.
        return page.caughtUp() && holdsMessages() ? new Page(page.rows(), page.next(), false) : page;
    }

    private boolean joins() {
        return joining != null || creating != null;
    }

    private boolean holdsMessages() {
        if (messages == null) {
            messages = cdc.keeper().holdsMessages();
        }
        return messages;
    }

    private void attach(Position after) {
        if (joining != null) {
            join(after, joining);
        } else if (creating != null) {
            awaitCreated(creating);
        } else if (!sought || System.nanoTime() - soughtAt >= RETRY.toNanos()) {
            seek(after);
        }
    }

    private void seek(Position after) {
        soughtAt = System.nanoTime();
        Optional<KeptSlot> found = find();
        if (found.isPresent()) {
            sought = true;
            KeptSlot kept = found.get();
            Continuation continuation = new Continuation(after, kept, cdc.keeper());
            continuation.requireUntouched();
            if (continuation.isGapless() && !state.hasGap()) {
                open(after, kept);
            } else {
                begin(kept);
            }
        } else if (caughtUp) {
            sought = true;
            creating = CompletableFuture.supplyAsync(cdc.keeper()::create, executor);
        }
    }

    private Optional<KeptSlot> find() {
        try {
            return cdc.keeper().find();
        } catch (SlotUnavailableException e) {
            throw e;
        } catch (ChangeStreamException e) {
            // Somebody has it, and keeps it.
            throw failed(e);
        }
    }

    private void awaitCreated(CompletableFuture<KeptSlot> created) {
        if (!created.isDone()) {
            return;
        }
        creating = null;
        try {
            begin(created.join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** From here on nothing is committed that the slot does not have. */
    private void begin(KeptSlot kept) {
        joining = kept;
        inDoubt = new DoubtfulTransactions(cdc.keeper());
        polling = newPolling.get();
        caughtUp = false;
        cdc.keeper().mark(setBy);
        state.joining();
    }

    private void join(Position after, KeptSlot kept) {
        if (!caughtUp) {
            return;
        }
        DoubtfulTransactions doubtful = inDoubt;
        if (doubtful == null) {
            open(after, kept);
        } else if (doubtful.haveEnded()) {
            inDoubt = null;
            polling = newPolling.get();
            caughtUp = false;
        } else {
            state.waitsFor(doubtful.whatToWaitFor());
        }
    }

    private void open(Position after, KeptSlot kept) {
        Continuation continuation = new Continuation(after, kept, cdc.keeper());
        Streamed altered = continuation.beforeAlteration();
        // Only marks set from here on tell of the publication as this stream has it.
        String mine = setBy + "-" + UUID.randomUUID();
        try {
            Streamed streamed = continuation.streamed();
            ChangeStream changes =
                    new UntouchedStream(cdc.source().open(kept.slot()), kept, streamed.upTo(), cdc.keeper());
            if (altered != null) {
                log.info(
                        "Looking for what the publication '{}' left out while it was altered",
                        kept.slot().publication());
                joining = kept;
                audit = new StreamAudit(changes, cdc.keeper(), mine, kept.generation(), altered, events);
                return;
            }
            joining = null;
            stream = new StreamFeed(changes, cdc.keeper(), mine, state, after, streamed);
        } catch (ChangeStreamException e) {
            joining = null;
            throw failed(e);
        }
        state.opened();
        log.info("Streaming the database's log from slot '{}'", kept.slot().name());
    }

    /** The failure, or, once there have been only such for too long, that the table is to be polled. */
    private ChangeStreamException failed(ChangeStreamException e) {
        return state.failed()
                ? new SlotUnavailableException(
                        SlotUnavailableException.Problem.STREAM,
                        "The replication slot cannot be streamed, and the table is polled instead: " + e.getMessage(),
                        e)
                : e;
    }

    private void unavailable(SlotUnavailableException e) {
        sought = true;
        soughtAt = System.nanoTime();
        joining = null;
        creating = null;
        // Whoever begins to store messages says so while this polls.
        messages = null;
        String problem = String.valueOf(e.getMessage());
        if (!Objects.equals(problem, state.status().problem())) {
            log.warn("Polling the outbox's table instead of streaming the database's log: {}", problem);
        }
        state.unavailable(problem, holdsMessages() && cdc.keeper().hasBeenUsed());
    }

    @Override
    public void saved(Position position) {
        StreamFeed current = stream;
        if (current != null) {
            current.saved(position);
        }
    }

    @Override
    public void close() {
        if (audit != null) {
            audit.close();
            audit = null;
        }
        if (stream != null) {
            stream.close();
            stream = null;
        }
        state.closed();
    }
}
