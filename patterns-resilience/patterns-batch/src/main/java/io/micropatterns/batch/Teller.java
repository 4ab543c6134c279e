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
 * batch the thread of the batches helps with what is left: so what holds that other thread up holds up nobody else, and no more is
 * left than a batch.
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
     * @param goesOn whether another batch follows
     */
    void tell(List<BatchItem<T, R>> decided, boolean goesOn) {
        for (BatchItem<T, R> item : decided) {
            // Wakes a thread, and runs nobody's code: so it need not wait for anybody's.
            if (item.isAwaited()) {
                item.tell();
            }
        }
        help();
        Executor other = goesOn ? executor : null;
        for (BatchItem<T, R> item : decided) {
            if (item.isAwaited()) {
                continue;
            }
            if (other == null) {
                tell(item);
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
                tell(item);
            } finally {
                load.leave(1);
            }
        }
    }

    /** What depends on one item neither sees nor leaves an interrupt that is meant for others. */
    private void tell(BatchItem<T, R> item) {
        boolean interrupted = Thread.interrupted();
        try {
            item.tell();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            } else {
                Thread.interrupted();
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
