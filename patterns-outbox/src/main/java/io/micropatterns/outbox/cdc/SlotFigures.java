package io.micropatterns.outbox.cdc;

import org.jspecify.annotations.Nullable;

/**
 * What the database says of a replication slot.
 *
 * @param name the slot
 * @param exists whether there is one
 * @param active whether anybody streams it
 * @param lagBytes the log written since what was confirmed last
 * @param retainedBytes the log that the database keeps for it
 * @param walStatus what it says of that: reserved, extended, unreserved or lost
 */
public record SlotFigures(
        String name,
        boolean exists,
        boolean active,
        long lagBytes,
        long retainedBytes,
        @Nullable String walStatus) {}
