package io.micropatterns.outbox.relay;

import io.micropatterns.core.cursor.SnapshotCursor;
import io.micropatterns.core.cursor.TransactionSnapshot;
import io.micropatterns.outbox.cdc.Generation;
import io.micropatterns.outbox.cdc.KeptSlot;
import io.micropatterns.outbox.cdc.SlotKeeper;
import org.jspecify.annotations.Nullable;

/**
 * How what a slot has follows what has been published.
 *
 * @param after what has been published
 * @param kept the slot as it was found
 * @param keeper looks after it
 */
record Continuation(Position after, KeptSlot kept, SlotKeeper keeper) {

    /** What we confirm has been saved before; so it is others who have confirmed more, or made the slot anew. */
    void requireUntouched() {
        Streamed streamed = after.streamed();
        if (streamed != null
                && isOfSlot(streamed)
                && Long.compareUnsigned(kept.confirmed(), streamed.upTo()) > 0
                && keeper.holdsMessages()) {
            throw keeper.lost("it stands at " + Long.toHexString(kept.confirmed())
                    + " in the log, and has been published to " + Long.toHexString(streamed.upTo())
                    + " only; somebody has advanced it, or made it anew");
        }
    }

    /** Whether nothing lies between: nothing has been polled since, and neither slot nor publication has changed. */
    boolean isGapless() {
        Streamed streamed = after.streamed();
        return streamed != null
                && streamed.generation().equals(kept.generation())
                && Long.compareUnsigned(kept.confirmed(), streamed.upTo()) <= 0
                && streamed.isAllOf(after.cursor());
    }

    /** What has been streamed of this slot while its publication was another one; nothing when that is not so. */
    @Nullable
    Streamed beforeAlteration() {
        Streamed before = after.streamed();
        return before != null && isOfSlot(before) && !before.generation().equals(kept.generation()) ? before : null;
    }

    /** What counts as streamed. Of another slot what it has is new, as far as the log was the only place for it. */
    Streamed streamed() {
        Streamed before = after.streamed();
        if (before != null && isOfSlot(before)) {
            return new Streamed(kept.generation(), Math.max(before.upTo(), kept.confirmed()), before.cursor());
        }
        // Asked anew: whoever stores messages says so before the first one.
        if (!keeper.holdsMessages()) {
            return new Streamed(
                    kept.generation(), kept.confirmed(), from(after.cursor().read()));
        }
        Streamed published = before == null
                ? new Streamed(new Generation("", ""), 0, from(TransactionSnapshot.beforeAll()))
                : before;
        return published.endedBefore(kept.oldest(), kept.generation(), kept.confirmed());
    }

    private SnapshotCursor from(TransactionSnapshot read) {
        return new SnapshotCursor(after.cursor().cluster(), read, null, 0, 0);
    }

    private boolean isOfSlot(Streamed streamed) {
        return streamed.generation().isOfSlot(kept.generation());
    }
}
