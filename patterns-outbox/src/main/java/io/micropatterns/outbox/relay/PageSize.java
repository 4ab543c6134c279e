package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.OutboxRecord;
import java.util.List;

/** How many events to read at once: as many as configured, or fewer so that a page's payloads stay within a bound. */
final class PageSize {

    private static final int FIRST = 1_000;

    private final int most;
    private final long maxBytes;
    private int next;

    PageSize(int most, long maxBytes) {
        this.most = most;
        this.maxBytes = maxBytes;
        this.next = Math.min(FIRST, most);
    }

    int next() {
        return next;
    }

    /** Learns from a page; grows at most fourfold, since the next page's payloads may be larger. */
    void saw(List<OutboxRecord> page) {
        if (page.isEmpty()) {
            return;
        }
        long bytes = 0;
        for (OutboxRecord event : page) {
            bytes += event.payload().length;
        }
        long fitting = maxBytes / Math.max(1, bytes / page.size());
        next = (int) Math.max(1, Math.min(most, Math.min(fitting, next * 4L)));
    }
}
