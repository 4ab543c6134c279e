package io.micropatterns.outbox.cdc;

import java.util.Objects;

/**
 * What to stream from.
 *
 * @param name the slot, which exists, on {@code pgoutput}
 * @param publication the publication of the rows inserted into {@code patterns_outbox}, which exists, as rows of the
 *     partitioned table ({@code publish_via_partition_root})
 * @param eventPrefix the prefix of transactional messages that are events, as the codec of messages writes them
 * @param markPrefix the prefix of non-transactional messages that are marks, UTF-8 text
 */
public record ReplicationSlot(String name, String publication, String eventPrefix, String markPrefix) {

    public ReplicationSlot {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(publication, "publication");
        Objects.requireNonNull(eventPrefix, "eventPrefix");
        Objects.requireNonNull(markPrefix, "markPrefix");
    }
}
