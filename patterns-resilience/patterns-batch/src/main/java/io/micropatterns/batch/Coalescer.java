package io.micropatterns.batch;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Makes batches of concurrent calls, for one statement, transaction or request for many costs little more than one for one.
 *
 * <p><b>Natural batching.</b> A batch is what has come while the one before ran: who comes to an idle coalescer is served at
 * once, and the more come at a time, the larger the batches are. A {@linkplain BatchOptions#linger() linger} waits for more.
 *
 * <p><b>Guarantees.</b> Each item is in one batch or in none, and its caller is told which: an item whose caller was
 * interrupted, has cancelled, or ran out of time before its batch began is never done; once it has begun it is done, and
 * the caller gets its outcome. Items of one partition are worked on in the order in which they were submitted. When a batch
 * fails, its parts are tried again by halves, so that an item that cannot succeed fails alone.
 *
 * <p><b>Transactions.</b> Batches run on threads of their own and join no caller's transaction: what they do stays when the
 * caller's transaction rolls back. Locks that a caller's transaction holds can keep the batch from ending that the caller
 * waits for; no database sees such a deadlock. Call it outside of transactions.
 *
 * <p>Thread-safe.
 *
 * @param <T> what is given
 * @param <R> what comes of it
 */
public interface Coalescer<T, R extends @Nullable Object> extends AutoCloseable {

    /**
     * Begins one.
     *
     * @param name tells it from others, in messages and meters
     * @param function what is done with a batch
     */
    static <T, R extends @Nullable Object> Builder<T, R> builder(String name, BatchFunction<T, R> function) {
        return new Builder<>(name, function);
    }

    /** The name. */
    String name();

    /**
     * Puts an item into a batch and waits for its outcome, for at most the options' timeout. When the caller is interrupted
     * and the item has begun, its outcome is awaited all the same, and the interrupt flag is set afterwards.
     *
     * @return what the function gave for it
     * @throws BatchOverflowException when there was no room for it
     * @throws BatchTimeoutException when its time was over; that says whether it may have been done
     * @throws BatchInterruptedException when the caller was interrupted before the item had begun
     * @throws BatchClosedException when this is closed
     * @throws BatchException with its cause, when it failed with a checked exception; an unchecked one is thrown as it is
     */
    R call(T item);

    /**
     * Puts an item into a batch. Blocks only when there is no room and the options say {@link Overflow#WAIT}, and
     * not on the thread of a batch, which would wait for itself.
     * {@linkplain CompletableFuture#cancel Cancelling} the future takes the item back, and answers {@code false} once it has
     * begun.
     *
     * @return the outcome, which comes on a thread of this coalescer, or of its executor: what depends on it and takes long should go
     *     to another, for it holds up other submitters. Futures may complete in another order than that of submission, several at once, and
     *     beside the next batch; that a {@code call} has returned says nothing of what was submitted before; or, some 20 ms after the options' timeout at the latest,
     *     a {@link BatchTimeoutException}, which may come on another
     * @throws BatchOverflowException when there was no room for it
     * @throws BatchInterruptedException when the caller was interrupted while it waited for room
     * @throws BatchClosedException when this is closed
     */
    CompletableFuture<R> submit(T item);

    /** As {@link #call(Object)}, with another timeout. */
    R call(T item, Duration timeout);

    /** As {@link #submit(Object)}, with another timeout. */
    CompletableFuture<R> submit(T item, Duration timeout);

    /** How many items wait or are worked on, in all partitions. Does not block. */
    int pending();

    /** How many items a batch may have at present, if it does not weigh too much; follows the options' latency target when there is one. */
    int limit();

    /**
     * Takes no more items and waits until those that were taken have ended, for at most the options' timeout; what has not
     * begun by then is refused with a {@link BatchClosedException}. Does nothing the second time.
     */
    @Override
    void close();

    /**
     * Builds coalescers. Not thread-safe.
     *
     * @param <T> what is given
     * @param <R> what comes of it
     */
    final class Builder<T, R extends @Nullable Object> {

        private final String name;
        private final BatchFunction<T, R> function;
        private BatchOptions options = BatchOptions.defaults();
        private Function<? super T, ?> key = item -> item;
        private ToLongFunction<? super T> weigher = item -> 0;
        private Predicate<? super Exception> divides = e -> true;
        private BatchListener listener = BatchListener.none();
        private @Nullable Executor executor;
        private @Nullable ThreadFactory threads;

        private Builder(String name, BatchFunction<T, R> function) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("the name is blank");
            }
            this.name = name;
            this.function = Objects.requireNonNull(function, "function");
        }

        /** How it gathers; {@link BatchOptions#defaults()} unless set. */
        public Builder<T, R> options(BatchOptions value) {
            this.options = Objects.requireNonNull(value, "options");
            return this;
        }

        /** What tells the items of one partition from others; the item itself unless set. */
        public Builder<T, R> partitionBy(Function<? super T, ?> value) {
            this.key = Objects.requireNonNull(value, "key");
            return this;
        }

        /** What an item weighs, for {@link BatchOptions#maxWeight()}: its bytes, perhaps. Nothing unless set. */
        public Builder<T, R> weigh(ToLongFunction<? super T> value) {
            this.weigher = Objects.requireNonNull(value, "weigher");
            return this;
        }

        /**
         * After which failures a batch is tried again by halves; all unless set. Where a failure says that nothing could
         * succeed, as that of a connection, its items should rather fail at once.
         */
        public Builder<T, R> divideOn(Predicate<? super Exception> value) {
            this.divides = Objects.requireNonNull(value, "divideOn");
            return this;
        }

        /** Who is told what happens. */
        public Builder<T, R> listener(BatchListener value) {
            this.listener = Objects.requireNonNull(value, "listener");
            return this;
        }

        /**
         * Where batches run, one at a time for each partition; daemon threads of its own unless set. It is not closed with
         * the coalescer, and must not run tasks on the thread that submits them.
         */
        public Builder<T, R> executor(Executor value) {
            this.executor = Objects.requireNonNull(value, "executor");
            return this;
        }

        /** Makes the threads of its own, which are pooled, mostly up to two for each partition; daemons unless set. Not used where an executor is given. */
        public Builder<T, R> threads(ThreadFactory value) {
            this.threads = Objects.requireNonNull(value, "threads");
            return this;
        }

        /** Builds it; nothing runs until the first item comes. */
        public Coalescer<T, R> build() {
            return create();
        }

        DefaultCoalescer<T, R> create() {
            return new DefaultCoalescer<>(
                    new Batching<>(name, function, options, weigher, divides, listener),
                    key,
                    executor,
                    threads == null ? daemons("coalescer-" + name + "-") : threads);
        }

        private static ThreadFactory daemons(String prefix) {
            CustomizableThreadFactory daemons = new CustomizableThreadFactory(prefix);
            daemons.setDaemon(true);
            return daemons;
        }
    }
}
