package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.ShardStatus;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a shard's loop tells about itself. Written by the loop, read by anyone. */
final class ShardState {

    private final int shard;
    private final long token;
    private final @Nullable StreamState streaming;
    private volatile ShardStatus.State state = ShardStatus.State.OPENING;
    private volatile long lastTurn = System.nanoTime();
    private volatile long openedAt = lastTurn;
    private final AtomicLong published = new AtomicLong();
    private volatile @Nullable String failure;
    private volatile boolean needsRebase;

    ShardState(int shard, long token, @Nullable StreamState streaming) {
        this.shard = shard;
        this.token = token;
        this.streaming = streaming;
    }

    /** The loop turns, which is what liveness is measured by. */
    void turn(ShardStatus.State newState) {
        state = newState;
        lastTurn = System.nanoTime();
    }

    /** A session has been opened, which ends what kept it from being so. */
    void opened() {
        failure = null;
        needsRebase = false;
        openedAt = System.nanoTime();
        turn(ShardStatus.State.RUNNING);
    }

    /** From when the session was opened until its loop last turned; zero while there is none. */
    Duration turned() {
        return state == ShardStatus.State.OPENING ? Duration.ZERO : Duration.ofNanos(lastTurn - openedAt);
    }

    void published(int records) {
        published.addAndGet(records);
    }

    void failed(ShardStatus.State newState, Throwable cause) {
        failure = describe(cause);
        needsRebase |= newState == ShardStatus.State.NEEDS_REBASE;
        turn(newState);
    }

    static String describe(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** What the last session failed for, until one has been opened. */
    @Nullable
    String failure() {
        return failure;
    }

    /** Since a session failed for it, also while the next one is being opened. */
    boolean needsRebase() {
        return needsRebase;
    }

    ShardStatus status() {
        return new ShardStatus(
                shard,
                state,
                token,
                Duration.ofNanos(System.nanoTime() - lastTurn),
                published.get(),
                failure,
                streaming == null ? null : streaming.status());
    }
}
