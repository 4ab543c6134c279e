package io.micropatterns.outbox.observation;

import io.micrometer.observation.Observation;

/** What is known of a page that is being published. */
public final class OutboxPublishContext extends Observation.Context {

    private final int shard;
    private final int records;

    OutboxPublishContext(int shard, int records) {
        this.shard = shard;
        this.records = records;
    }

    /** The shard the page belongs to. */
    public int shard() {
        return shard;
    }

    /** How many records it has. */
    public int records() {
        return records;
    }
}
