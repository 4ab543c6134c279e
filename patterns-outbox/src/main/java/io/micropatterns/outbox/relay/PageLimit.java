package io.micropatterns.outbox.relay;

/**
 * How much one page may hold: as configured, and half of it again for each failure to publish one, so that a stream which
 * has become too slow for a whole page in its time still gets on; doubled with each success. Used by one thread.
 */
final class PageLimit {

    private static final int MOST_HALVINGS = 30;

    private final int mostEvents;
    private final long mostBytes;
    private int halvings;

    PageLimit(int mostEvents, long mostBytes) {
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
    }

    int events() {
        return Math.max(1, mostEvents >> halvings);
    }

    long bytes() {
        return Math.max(1, mostBytes >> halvings);
    }

    void failed() {
        halvings = Math.min(MOST_HALVINGS, halvings + 1);
    }

    void published() {
        halvings = Math.max(0, halvings - 1);
    }
}
