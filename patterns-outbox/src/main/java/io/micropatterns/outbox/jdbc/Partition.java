package io.micropatterns.outbox.jdbc;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A partition of the outbox.
 *
 * @param name its name, quoted and qualified as SQL needs it
 * @param from where it begins; {@code null} for the default partition
 * @param to where it ends; {@code null} for the default partition
 */
record Partition(
        String name, @Nullable Instant from, @Nullable Instant to) {

    boolean isDefault() {
        return to == null;
    }

    boolean endsBefore(Instant instant) {
        return to != null && !to.isAfter(instant);
    }

    boolean covers(Instant instant) {
        return from != null && to != null && !from.isAfter(instant) && to.isAfter(instant);
    }
}
