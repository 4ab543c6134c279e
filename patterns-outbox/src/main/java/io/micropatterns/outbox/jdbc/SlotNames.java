package io.micropatterns.outbox.jdbc;

import io.micropatterns.outbox.cdc.ReplicationSlot;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an outbox's replication slot, publication and messages are called: after the outbox, for slots are the whole
 * cluster's.
 */
public final class SlotNames {

    private static final int LONGEST = 63;

    private SlotNames() {}

    /**
     * The names of an outbox.
     *
     * @param identity the outbox's {@linkplain JdbcOutboxLog#identity identity}, which ends in its unique part
     * @param slot the slot's name instead of the outbox's
     * @param publication the publication's name instead of the slot's
     */
    public static ReplicationSlot of(String identity, @Nullable String slot, @Nullable String publication) {
        String unique = identity.substring(identity.lastIndexOf('-') + 1);
        String name = slot == null ? derived(identity, unique) : slot;
        return new ReplicationSlot(
                name,
                publication == null ? name : publication,
                "patterns.outbox.event." + unique,
                "patterns.outbox.mark." + unique);
    }

    private static String derived(String identity, String unique) {
        String text = identity.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        int start = LONGEST - "outbox_".length() - unique.length() - 1;
        String name = text.substring(0, Math.min(text.length() - unique.length() - 1, start));
        return "outbox_" + name + "_" + unique;
    }
}
