package io.micropatterns.batch;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/** One item on its way: queued, then either withdrawn or begun, never both. Its submitter gets it as a future. */
final class BatchItem<T, R extends @Nullable Object> extends CompletableFuture<R> {

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<BatchItem> STATE =
            AtomicIntegerFieldUpdater.newUpdater(BatchItem.class, "state");

    private static final int QUEUED = 0;
    private static final int BEGUN = 1;
    private static final int WITHDRAWN = 2;

    private final Batching<T, R> batching;
    private final T value;
    private final long weight;
    private final long timeoutNanos;
    private final boolean awaited;
    private final long submittedAt = System.nanoTime();

    @SuppressWarnings("UnusedVariable") // written by STATE
    private volatile int state;

    private boolean expiring;
    private @Nullable ItemOutcome<R> outcome;

    /**
     * Submitted now.
     *
     * @param awaited whether its submitter waits for it
     */
    BatchItem(Batching<T, R> batching, T value, Duration timeout, boolean awaited) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout is not positive: " + timeout);
        }
        this.batching = batching;
        this.value = Objects.requireNonNull(value, "item");
        this.weight = batching.weigher().applyAsLong(value);
        this.timeoutNanos = timeout.toNanos();
        this.awaited = awaited;
    }

    T value() {
        return value;
    }

    long weight() {
        return weight;
    }

    boolean isAwaited() {
        return awaited;
    }

    long submittedAt() {
        return submittedAt;
    }

    /** When its batch must begin that would wait for others for so long, lest its own time is over. */
    long lingersUntil(long nanos) {
        return submittedAt + Math.min(nanos, timeoutNanos / 2);
    }

    /** How many nanoseconds it has left; none or fewer when its time is over. */
    long left() {
        return left(System.nanoTime());
    }

    private long left(long now) {
        return timeoutNanos - (now - submittedAt);
    }

    boolean isOverdue(long now) {
        return left(now) <= 0;
    }

    /** From now on it is in a batch; {@code false} when it was withdrawn before, or its submitter has ended the future. */
    boolean begin() {
        return !isDone() && STATE.compareAndSet(this, QUEUED, BEGUN);
    }

    private boolean withdraw() {
        return STATE.compareAndSet(this, QUEUED, WITHDRAWN);
    }

    /** It will never be in a batch, for this reason; {@code false} when it is in one. */
    boolean withdraw(BatchException why) {
        return withdraw() && completeExceptionally(why);
    }

    /** What has become of it, which its submitter is still to be told; {@code false} when that was decided before. By the thread of its batch. */
    boolean decide(ItemOutcome<R> what) {
        boolean first = outcome == null;
        if (first) {
            outcome = what;
        }
        return first;
    }

    /** Tells its submitter what was decided, unless that was done or its time is over. */
    void tell() {
        if (outcome instanceof ItemOutcome.Success<R> success) {
            complete(success.result());
        } else if (outcome instanceof ItemOutcome.Failure<R> failure) {
            completeExceptionally(failure.cause());
        }
    }

    /** Whether its submitter is still to be told that its time is over; answers so once, to one thread at a time. */
    boolean isToExpire(long now) {
        if (expiring || !isOverdue(now) || isDone()) {
            return false;
        }
        expiring = true;
        return true;
    }

    /** Its time is over, whether it is in a batch or not; when it was withdrawn, who did that tells its submitter. */
    void expire() {
        if (withdraw(timeout(false))) {
            batching.tell(listener -> listener.overdue(batching.name()));
        } else if (state == BEGUN && !isDone()) {
            tell(); // The truth, where it is known by now: outcomes are immutable, so any thread may see them.
            completeExceptionally(timeout(true));
        }
    }

    /** What its submitter is told when its time is over. */
    BatchTimeoutException timeout(boolean begun) {
        return new BatchTimeoutException(batching.name(), Duration.ofNanos(timeoutNanos), begun);
    }

    /** Waits for the outcome; it failed with the cause of what this throws. */
    R await() throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return get(Math.max(0, left()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                    withdraw(new BatchInterruptedException(batching.name()));
                } catch (TimeoutException e) {
                    expire();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Once its batch has begun, nothing can be taken back, and this answers so. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return (withdraw() || state == WITHDRAWN) ? super.cancel(false) : isCancelled();
    }

    /** Stages that depend on it are plain ones. */
    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
