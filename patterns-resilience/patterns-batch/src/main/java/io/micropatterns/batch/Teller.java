package io.micropatterns.batch;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells submitters what has become of their items. With the futures of those who do not wait comes whatever depends on them, often
 * the next submission: where there is an executor for it, that is done by another thread while the next batch runs. After that
 * batch the thread of the batches helps with what is left, so nothing depends on what holds that other thread up.
 */
final class Teller<T, R extends @Nullable Object> {

    private final @Nullable Executor executor;
    private final Queue<BatchItem<T, R>> left = new ConcurrentLinkedQueue<>();
    private final Load load = new Load(Integer.MAX_VALUE);
    private final AtomicBoolean running = new AtomicBoolean();

    Teller(@Nullable Executor executor) {
        this.executor = executor;
    }

    /**
     * Tells of items that are decided. For one thread at a time.
     *
     * @param goesOn whether there is more for it to do
     */
    void tell(List<BatchItem<T, R>> decided, boolean goesOn) {
        help();
        Executor other = goesOn ? executor : null;
        for (BatchItem<T, R> item : decided) {
            if (other == null || item.isAwaited()) {
                item.tell();
            } else {
                load.enter();
                left.add(item);
            }
        }
        if (other != null) {
            start(other);
        }
    }

    private void start(Executor other) {
        if (!left.isEmpty() && running.compareAndSet(false, true)) {
            try {
                other.execute(() -> run(other));
            } catch (RuntimeException | Error e) {
                running.set(false);
                help();
            }
        }
    }

    private void run(Executor other) {
        try {
            help();
        } finally {
            running.set(false);
            start(other);
        }
    }

    /** Tells those who are left. */
    void help() {
        for (BatchItem<T, R> item = left.poll(); item != null; item = left.poll()) {
            try {
                item.tell();
            } finally {
                load.leave(1);
            }
        }
    }

    /** Those who are still to be told, and nobody has begun to. */
    Stream<BatchItem<T, R>> left() {
        return left.stream();
    }

    /** How many are still to be told. */
    int pending() {
        return load.items();
    }

    /** Once there are no more batches: answers whether all have been told by then. */
    boolean awaitEnd(long deadline) throws InterruptedException {
        return load.awaitEmpty(deadline);
    }
}
