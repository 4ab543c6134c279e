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
public record MarkText(String setBy, String generation, TransactionSnapshot committed) {

    /**
     * Reads a mark.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static MarkText parse(String text) {
        String[] parts = text.split("\\|", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a mark: '" + text + "'");
        }
        return new MarkText(parts[0], parts[1], TransactionSnapshot.parse(parts[2]));
    }
}
