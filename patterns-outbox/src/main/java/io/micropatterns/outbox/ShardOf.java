package io.micropatterns.outbox;

/** Spreads keys over shards. The result must never change for a key, or its order would be lost. */
final class ShardOf {

    private ShardOf() {}

    static int key(String key, int shards) {
        int hash = key.hashCode();
        // Murmur3's finaliser: String.hashCode alone leaves similar keys in neighbouring shards.
        hash ^= hash >>> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >>> 13;
        hash *= 0xc2b2ae35;
        hash ^= hash >>> 16;
        return Math.floorMod(hash, shards);
    }
}
