package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.Generation;
import io.micropatterns.outbox.cdc.MarkText;
import io.micropatterns.outbox.cdc.SlotKeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events from the database's log, in the order of their commits. Sets marks, often while events come and now and then when
 * none do, so that the database need not keep its log for this slot.
 */
final class StreamFeed implements Feed {

    private static final Duration LONGEST_WAIT = Duration.ofMillis(200);
    private static final Duration BUSY_MARKS = Duration.ofMillis(200);
    private static final Duration IDLE_MARKS = Duration.ofSeconds(5);
    private static final Duration SILENT = Duration.ofSeconds(15);
    private static final long SHORTEST_GATHERING = Duration.ofMillis(10).toNanos();
    private static final long LONGEST_GATHERING = Duration.ofMillis(30).toNanos();
    private static final Duration NEXT_MARK = Duration.ofSeconds(5);
    private static final int BUSY = 32;
    private static final int MOST_CHANGES = 50_000;

    private final ChangeStream changes;
    private final SlotKeeper keeper;
    private final String setBy;
    private final StreamState state;
    private final Generation generation;
    private final LogPosition log;
    private Position position;
    private boolean unmarked = true;
    private boolean busy;
    private boolean caughtUp;
    private long markedAt = System.nanoTime() - BUSY_MARKS.toNanos();

    StreamFeed(
            ChangeStream changes,
            SlotKeeper keeper,
            String setBy,
            StreamState state,
            Position start,
            Streamed streamed) {
        this.changes = changes;
        this.keeper = keeper;
        this.setBy = setBy;
        this.state = state;
        this.generation = streamed.generation();
        this.log = new LogPosition(start.cursor(), streamed);
        this.position = start;
    }

    @Override
    public Page next(Position after, PageLimit limit, Duration longest) throws InterruptedException {
        mark();
        List<OutboxRecord> events = new ArrayList<>();
        long bytes = 0;
        boolean nowCaughtUp = false;
        boolean moved = false;
        Change change = changes.next(Waits.shorter(longest, LONGEST_WAIT));
        long gatherUntil = System.nanoTime() + (busy ? gathering() : 0);
        boolean nameable = true;
        for (int seen = 0; change != null; seen++) {
            if (change instanceof Change.Mark mark) {
                nowCaughtUp |= pass(mark);
                moved = true;
            } else if (change instanceof Change.Event event && log.isNew(event)) {
                log.passed(event);
                events.add(event.event());
                bytes += event.event().payload().length;
                moved = true;
            }
            if (nameable != log.isNameable()) {
                nameable = !nameable;
                gatherUntil = System.nanoTime() + (nameable ? 0 : toNextMark());
            }
            boolean full = events.size() >= limit.events() || bytes >= limit.bytes();
            change = seen >= MOST_CHANGES || (full && nameable) ? null : changes.next(left(gatherUntil));
        }
        if (!nameable) {
            throw new LogGapException();
        }
        busy = events.size() >= BUSY;
        unmarked |= !events.isEmpty();
        if (moved) {
            position = log.toPosition();
        }
        return new Page(events, position, nowCaughtUp);
    }

    /** A page cannot end where too many transactions are unknown; the next mark makes them known. */
    private long toNextMark() {
        setMark();
        return NEXT_MARK.toNanos();
    }

    /** A page for each few events would cost a busy machine more than the events themselves; who is behind has the time. */
    private long gathering() {
        long behind = state.lag().toNanos() / 4;
        return Math.min(LONGEST_GATHERING, Math.max(SHORTEST_GATHERING, behind));
    }

    private static Duration left(long until) {
        long nanos = until - System.nanoTime();
        return nanos > 0 ? Duration.ofNanos(nanos) : Duration.ZERO;
    }

    /** Answers whether it is one of this feed's own, which were set after it had been opened. */
    private boolean pass(Change.Mark mark) {
        MarkText text = MarkText.parse(mark.text());
        boolean own = text.setBy().equals(setBy);
        if (text.generation().equals(generation)) {
            log.passed(mark, text);
        } else if (own || (caughtUp && !text.isOfStore())) {
            throw new ChangeStreamException(
                    "The publication or the slot was altered while it was streamed: it was " + generation + " and is "
                            + text.generation() + ". The table is polled for what was left out",
                    null);
        }
        // Otherwise it is of a time before; what may have been left out then has been polled.
        if (own) {
            state.marked();
        }
        caughtUp |= own;
        return own;
    }

    private void mark() {
        long since = System.nanoTime() - markedAt;
        if (since >= (unmarked ? BUSY_MARKS : IDLE_MARKS).toNanos()) {
            if (state.lag().compareTo(SILENT) > 0 && !keeper.isStreamed()) {
                throw new ChangeStreamException(
                        "Nothing has come by the replication connection for "
                                + state.lag().toSeconds() + " s, and the database has given it up",
                        null);
            }
            setMark();
        }
    }

    private void setMark() {
        markedAt = System.nanoTime();
        unmarked = false;
        state.marking();
        keeper.mark(setBy);
    }

    @Override
    public void saved(Position saved) {
        @Nullable Streamed streamed = saved.streamed();
        if (streamed != null) {
            changes.confirm(streamed.upTo());
        }
    }

    @Override
    public void close() {
        changes.close();
    }
}
