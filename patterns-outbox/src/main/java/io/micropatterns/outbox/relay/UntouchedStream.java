package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.cdc.Change;
import io.micropatterns.outbox.cdc.ChangeStream;
import io.micropatterns.outbox.cdc.ChangeStreamException;
import io.micropatterns.outbox.cdc.KeptSlot;
import io.micropatterns.outbox.cdc.SlotKeeper;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the slot as it was found. Who makes the slot anew, or advances it, after it was found and before the stream
 * has it, takes with it what was committed in between, and nothing that comes would tell. Looks once, with the first change:
 * by then the stream surely has its slot, which others cannot touch any more, and nothing has been confirmed by it.
 */
final class UntouchedStream implements ChangeStream {

    private final ChangeStream stream;
    private final KeptSlot kept;
    private final SlotKeeper keeper;
    private boolean untouched;

    UntouchedStream(ChangeStream stream, KeptSlot kept, SlotKeeper keeper) {
        this.stream = stream;
        this.kept = kept;
        this.keeper = keeper;
    }

    @Override
    public @Nullable Change next(Duration timeout) throws InterruptedException {
        Change change = stream.next(timeout);
        if (change != null && !untouched) {
            requireUntouched();
            untouched = true;
        }
        return change;
    }

    private void requireUntouched() {
        if (Long.compareUnsigned(keeper.confirmed(), kept.confirmed()) > 0) {
            throw new ChangeStreamException(
                    "The replication slot '" + kept.slot().name()
                            + "' was made anew, or advanced, by somebody else before it was streamed",
                    null);
        }
    }

    @Override
    public void confirm(long lsn) {
        stream.confirm(lsn);
    }

    @Override
    public void close() {
        stream.close();
    }
}
