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
 * by then the stream surely has its slot, which others cannot touch any more. Until then it confirms nothing itself.
 */
final class UntouchedStream implements ChangeStream {

    private final ChangeStream stream;
    private final KeptSlot kept;
    private final long published;
    private final SlotKeeper keeper;
    private boolean untouched;

    /**
     * Of a slot.
     *
     * @param kept as it was found
     * @param published up to where in the log all that the slot had has been published
     */
    UntouchedStream(ChangeStream stream, KeptSlot kept, long published, SlotKeeper keeper) {
        this.stream = stream;
        this.kept = kept;
        this.published = published;
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
        long confirmed = keeper.confirmed();
        if (Long.compareUnsigned(confirmed, kept.confirmed()) <= 0) {
            return;
        }
        if (Long.compareUnsigned(confirmed, published) > 0 && keeper.holdsMessages()) {
            throw keeper.lost("somebody has advanced it, or made it anew, before it was streamed from "
                    + Long.toHexString(published) + " in the log on, and it stands at " + Long.toHexString(confirmed));
        }
        throw new ChangeStreamException(
                "The replication slot '" + kept.slot().name()
                        + "' was made anew, or advanced, by somebody else before it was streamed",
                null);
    }

    /** The next mark confirms what this leaves out. */
    @Override
    public void confirm(long lsn) {
        if (untouched) {
            stream.confirm(lsn);
        }
    }

    @Override
    public void close() {
        stream.close();
    }
}
