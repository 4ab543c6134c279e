package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.StreamStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How streaming one shard goes, over its sessions. Written by the shard's thread, read by anyone. */
final class StreamState {

    /** Others' streams end and databases restart within this. */
    private static final Duration BEARABLE = Duration.ofSeconds(10);

    private volatile boolean streaming;
    private volatile @Nullable String problem;
    /** When the oldest mark was set that has not come back; 0 for none. */
    private volatile long awaitedSince;

    private volatile boolean eventsAtRisk;

    private boolean failing;
    private boolean gap;
    private long failingSince;
    private long joiningSince;

    /** A stream has been opened. */
    void opened() {
        streaming = true;
        awaitedSince = 0;
    }

    void marking() {
        if (awaitedSince == 0) {
            awaitedSince = System.nanoTime();
        }
    }

    /** The stream has come to where the log was a moment ago: it works. */
    void marked() {
        awaitedSince = 0;
        problem = null;
        failing = false;
        gap = false;
    }

    /** It has ended; the table may be polled. */
    void closed() {
        streaming = false;
        awaitedSince = 0;
    }

    /** Opening has failed, or a stream has ended; answers whether it has only done so for too long. */
    boolean failed() {
        if (!failing) {
            failing = true;
            failingSince = System.nanoTime();
        }
        return System.nanoTime() - failingSince >= BEARABLE.toNanos();
    }

    /** The table is polled; whether events may be where only the stream could get them. */
    void unavailable(String newProblem, boolean messages) {
        eventsAtRisk = messages;
        problem = newProblem;
    }

    /** The table is polled until the slot continues what has been published. */
    void joining() {
        joiningSince = System.nanoTime();
    }

    /** What keeps it from streaming the slot it has found, which is worth telling once that takes long. */
    void waitsFor(String what) {
        if (System.nanoTime() - joiningSince >= BEARABLE.toNanos()) {
            problem = what;
        }
    }

    /** The stream cannot be taken up where it ended. */
    void gap() {
        gap = true;
    }

    boolean hasGap() {
        return gap;
    }

    /** How long a mark has been awaited. */
    Duration lag() {
        long since = awaitedSince;
        return since == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    }

    StreamStatus status() {
        String known = problem;
        return new StreamStatus(streaming, lag(), known, known != null && eventsAtRisk);
    }
}
