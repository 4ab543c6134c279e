package io.micropatterns.outbox;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ids for events: UUIDs of version 7 (RFC 9562), which sort by the millisecond of their creation, so that whoever
 * deduplicates by them appends to an index rather than writing all over it. Unique, but no secrets. Thread-safe; no lock.
 */
final class EventIds {

    private static final long VERSION = 0x7000;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    /** Keeps two processes apart whose generators have begun alike. */
    private static final long PROCESS = new SecureRandom().nextLong();

    private EventIds() {}

    static UUID next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = (System.currentTimeMillis() << 16) | VERSION | random.nextLong(0x1000);
        long low = VARIANT | ((random.nextLong() ^ PROCESS) >>> 2);
        return new UUID(high, low);
    }
}
