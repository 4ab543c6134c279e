package io.micropatterns.escrow;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Unique ids that grow with time, so that an index on them grows at its end: UUIDs of version 7 (RFC 9562), with the shard, a random
 * number of this instance and a counter where randomness is allowed. Thread-safe.
 */
final class ReservationIds {

    private static final int MOST_SHARDS = 256;
    private static final int SHARD_BITS_AT = 54;
    private static final int COUNTER_BITS = 30;
    private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;
    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final Clock clock;
    private final long instance;
    private final AtomicLong counter;

    ReservationIds(Clock clock, int shard) {
        this.clock = clock;
        SecureRandom random = new SecureRandom();
        this.instance = ((long) checkShard(shard) << SHARD_BITS_AT) | ((random.nextInt() & 0xFF_FFFFL) << COUNTER_BITS);
        this.counter = new AtomicLong(random.nextInt() & COUNTER_MASK);
    }

    UUID next() {
        long count = counter.getAndIncrement();
        long high = (clock.millis() << 16) | VERSION_7 | ((count >>> COUNTER_BITS) & 0xFFF);
        return new UUID(high, VARIANT | instance | (count & COUNTER_MASK));
    }

    static int shardOf(UUID reservation) {
        return (int) (reservation.getLeastSignificantBits() >>> SHARD_BITS_AT) & (MOST_SHARDS - 1);
    }

    static int checkShard(int number) {
        if (number < 0 || number >= MOST_SHARDS) {
            throw new IllegalArgumentException("a shard's number must be from 0 to 255, but is " + number);
        }
        return number;
    }
}
