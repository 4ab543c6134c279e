package io.micropatterns.escrow;

import java.util.Map;

/** What was to be reserved together is in several databases, where nothing makes it all or nothing; nothing was reserved. */
public final class SeveralShardsException extends EscrowException {

    private static final long serialVersionUID = 1L;

    private final Map<String, Integer> shards;

    SeveralShardsException(Map<String, Integer> shards) {
        super(
                "These resources are on several shards: " + shards
                        + ". What is reserved together must have a part of its names"
                        + " in common, in braces: {bed}-frame and {bed}-mattress are on the same one",
                null);
        this.shards = Map.copyOf(shards);
    }

    /** The shard of each resource. */
    public Map<String, Integer> shards() {
        return shards;
    }
}
