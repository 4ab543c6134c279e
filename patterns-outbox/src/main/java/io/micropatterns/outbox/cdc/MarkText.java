package io.micropatterns.outbox.cdc;

import io.micropatterns.core.cursor.TransactionSnapshot;

/**
 * What a mark says: by whom it was set, for which generation of the slot, and what had been committed then, which
 * all lies before it in the log.
 *
 * @param setBy who set it
 * @param generation the generation of slot and publication
 * @param committed the transactions that had ended
 */
public record MarkText(String setBy, Generation generation, TransactionSnapshot committed) {

    /** Set by whoever stores events in the log, inside their transactions, which may see what was some time ago. */
    public static final String STORE = "store";

    private static final int PARTS = 4;

    /**
     * Reads a mark, whose last part is the transaction that it was set in, if there was one: its own snapshot has that for
     * one that has ended.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static MarkText parse(String text) {
        String[] parts = text.split("\\|", -1);
        if (parts.length != PARTS) {
            throw new IllegalArgumentException("not a mark: '" + text + "'");
        }
        TransactionSnapshot committed = TransactionSnapshot.parse(parts[2]);
        return new MarkText(
                parts[0],
                Generation.parse(parts[1]),
                parts[3].isEmpty() ? committed : committed.without(Long.parseLong(parts[3])));
    }

    /** Whether it was set inside a transaction that stores events. */
    public boolean isOfStore() {
        return setBy.equals(STORE);
    }
}
