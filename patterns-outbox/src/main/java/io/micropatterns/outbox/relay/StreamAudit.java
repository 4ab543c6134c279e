package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.Generation;
import io.micropatterns.outbox.cdc.MarkText;
import io.micropatterns.outbox.cdc.SlotKeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a stream has left out. A publication that is altered, or dropped and made anew, lacks rows of transactions that
 * it has other rows of, and the stream took those for complete. Nothing has been confirmed since the last mark of before, so
 * a second stream brings the same rows again; what the table has besides is what was left out. Used by one thread.
 */
final class StreamAudit implements AutoCloseable {

    private static final Duration TURN = Duration.ofMillis(200);

    private final ChangeStream changes;
    private final SlotKeeper keeper;
    private final String setBy;
    private final Generation generation;
    private final Streamed before;
    private final OutboxLog.Shard events;
    private final Set<Long> transactions = new HashSet<>();
    private final Set<Long> positions = new HashSet<>();
    private long lastUnderWay = -1;
    private boolean marked;
    private @Nullable TransactionSnapshot ended;
    private boolean done;

    /**
     * On a stream of its own.
     *
     * @param generation what the marks have now
     * @param before what had been streamed by then
     */
    StreamAudit(
            ChangeStream changes,
            SlotKeeper keeper,
            String setBy,
            Generation generation,
            Streamed before,
            OutboxLog.Shard events) {
        this.changes = changes;
        this.keeper = keeper;
        this.setBy = setBy;
        this.generation = generation;
        this.before = before;
        this.events = events;
    }

    /** Whether the page with what was left out has been answered. */
    boolean isDone() {
        return done;
    }

    /** Reads on for a moment: nothing, or what was left out, with which the shard stands in the publication as it is now. */
    Page next(Position after) throws InterruptedException {
        if (!marked) {
            keeper.mark(setBy);
            marked = true;
        }
        long end = System.nanoTime() + TURN.toNanos();
        while (ended == null && System.nanoTime() < end) {
            Change change = changes.next(TURN);
            if (change instanceof Change.Mark mark) {
                pass(MarkText.parse(mark.text()));
            } else if (change instanceof Change.Event event) {
                pass(event);
            }
        }
        TransactionSnapshot visible = ended;
        if (visible == null) {
            return new Page(List.of(), after, false);
        }
        if (!transactions.stream().allMatch(visible::sees)) {
            // Committed, but not for all to see yet.
            ended = null;
            marked = false;
            return new Page(List.of(), after, false);
        }
        done = true;
        Streamed streamed = new Streamed(generation, before.upTo(), before.cursor());
        return new Page(leftOut(), new Position(after.cursor(), streamed), false);
    }

    private void pass(MarkText mark) {
        if (mark.setBy().equals(setBy)) {
            if (!mark.generation().equals(generation)) {
                throw new ChangeStreamException("The publication or the slot was altered once more", null);
            }
            ended = mark.committed();
        }
    }

    private void pass(Change.Event event) {
        long id = event.transactionId();
        if (!event.stored() || !before.cursor().hasRead(id, event.lsn())) {
            return;
        }
        long position = event.event().position();
        if (id == before.underWay()) {
            lastUnderWay = Math.max(lastUnderWay, position);
        } else {
            transactions.add(id);
        }
        positions.add(position);
    }

    private List<OutboxRecord> leftOut() {
        List<OutboxRecord> missing = new ArrayList<>(events.ofTransactions(transactions, positions));
        if (lastUnderWay >= 0) {
            // Polling went on behind the last one.
            events.ofTransactions(Set.of(before.underWay()), positions).stream()
                    .filter(event -> event.position() < lastUnderWay)
                    .forEach(missing::add);
        }
        return missing;
    }

    @Override
    public void close() {
        changes.close();
    }
}
