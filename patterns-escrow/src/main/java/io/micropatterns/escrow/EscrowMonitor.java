package io.micropatterns.escrow;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;

/** How much there is, and what is late, for meters and health. Each method is one query of each database, in no caller's transaction. Thread-safe. */
public interface EscrowMonitor {

    /**
     * Of several databases, as {@link Escrow#sharded} uses them: the sums, and the longest.
     *
     * @param shards one at least
     */
    static EscrowMonitor sharded(Collection<? extends EscrowMonitor> shards) {
        return new ShardedEscrowMonitor(shards);
    }

    /**
     * Sums over all resources, whose rows it reads.
     *
     * @param resources those that are wanted one by one as well
     */
    Figures figures(Collection<String> resources);

    /**
     * For how long the time of a reservation is over that still holds something, of those the longest; zero when there is none.
     * By an index: costs little whatever is in the table.
     */
    Duration overdue();

    /**
     * What there is at a moment.
     *
     * @param resources how many resources there are
     * @param all of all of them together
     * @param each of those that were asked for, as far as they exist
     * @param overdue as {@link EscrowMonitor#overdue()}
     */
    record Figures(long resources, Stock all, Map<String, Stock> each, Duration overdue) {

        /** Copies the map. */
        public Figures {
            each = Map.copyOf(each);
        }
    }

    /**
     * Quantities; a sum that is no {@code long} any more is {@link Long#MAX_VALUE}.
     *
     * @param available can be reserved
     * @param held is reserved
     * @param consumed was confirmed
     */
    record Stock(long available, long held, long consumed) {}
}
