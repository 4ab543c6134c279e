package io.micropatterns.batch;

import io.micropatterns.batch.BatchListener.BatchRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One partition: its items in the order of their submission, and at most one batch of them at a time. It runs on the
 * executor while there are items; the first to come to an idle one starts it.
 */
final class Lane<T, R extends @Nullable Object> implements Runnable {

    private static final long OVERDUE_CHECK_MILLIS = 20;

    private final Batching<T, R> batching;
    private final BatchLimit limit;
    private final Executor executor;
    private final Executor others;
    private final Load load;
    private final Linger linger;
    private final Queue<BatchItem<T, R>> queue = new ConcurrentLinkedQueue<>();
    private final Returning returning = new Returning();
    private final Teller<T, R> teller;
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile List<BatchItem<T, R>> running = List.of();
    private volatile long lastNanos;
    private volatile @Nullable Thread turning;
    private int taken;
    private boolean outweighed;

    /**
     * Of a coalescer.
     *
     * @param executor where its batches run
     * @param others runs at once what can be done beside them; nothing when their own thread is to do it
     */
    Lane(Batching<T, R> batching, BatchLimit limit, Executor executor, @Nullable Executor others) {
        this.batching = batching;
        this.limit = limit;
        this.executor = executor;
        this.others = others == null ? CompletableFuture::runAsync : others;
        this.load = new Load(batching.options().capacity());
        this.linger = new Linger(batching.options(), limit, load);
        this.teller = new Teller<>(others);
    }

    /**
     * Takes an item; waits for room if it may.
     *
     * @throws BatchException when it is not taken
     */
    void add(BatchItem<T, R> item) {
        int before = load.enter();
        if (before == Load.FULL) {
            before = enterLater(item);
        }
        if (before == Load.CLOSED) {
            throw new BatchClosedException(batching.name());
        }
        queue.add(item);
        linger.joined(item);
        if (before == 0) {
            start();
        }
    }

    private int enterLater(BatchItem<T, R> item) {
        // Who is called by the thread that makes room would wait for himself.
        if (batching.options().overflow() == Overflow.WAIT && Thread.currentThread() != turning) {
            try {
                int before = load.enter(item.left());
                if (before != Load.FULL) {
                    return before;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BatchInterruptedException(batching.name());
            }
        }
        batching.tell(listener -> listener.rejected(batching.name()));
        throw new BatchOverflowException(batching.name(), batching.options().capacity(), timeToEmpty());
    }

    private Duration timeToEmpty() {
        long batches = 1L + load.items() / limit.items();
        return Duration.ofMillis(Math.max(1, TimeUnit.NANOSECONDS.toMillis(batches * lastNanos)));
    }

    private void start() {
        try {
            executor.execute(this);
        } catch (RuntimeException | Error e) {
            BatchException why = new BatchException(batching.name(), "the executor refuses to run batches", e);
            while (load.leave(withdrawAll(why)) > 0) {
                Thread.onSpinWait();
            }
        }
    }

    private int withdrawAll(BatchException why) {
        int items = 0;
        for (BatchItem<T, R> item = queue.poll(); item != null; item = queue.poll()) {
            linger.left(item);
            item.withdraw(why);
            items++;
        }
        return items;
    }

    @Override
    public void run() {
        while (load.leave(turn()) > 0) {
            // What the function left there is not for the batches after it.
            Thread.interrupted();
            Thread.onSpinWait();
        }
    }

    /** Answers how many items have left the queue. */
    private int turn() {
        taken = 0;
        turning = Thread.currentThread();
        try {
            gatherAndRun();
        } catch (Throwable e) {
            // Nobody else would go on with what has come, or will come.
            abandon(e);
        }
        turning = null;
        return taken;
    }

    private void abandon(Throwable cause) {
        ItemOutcome<R> unknown = ItemOutcome.failure(new BatchException(
                batching.name(), "the batch was not run; whether the item was done is not known", cause));
        for (BatchItem<T, R> item : running) {
            item.decide(unknown);
        }
        teller.tell(running, false);
        running = List.of();
    }

    private void gatherAndRun() {
        returning.await(load, limit);
        linger.await(queue);
        List<BatchItem<T, R>> batch = new ArrayList<>(Math.min(load.items(), limit.items()));
        take(batch);
        if (batch.isEmpty()) {
            teller.help();
        } else {
            running = batch;
            BatchRun ended = new Execution<>(batching, batch, this::tell).run();
            running = List.of();
            lastNanos = ended.took().toNanos();
            limit.ran(batch.size(), ended.weight(), outweighed, lastNanos);
            batching.tell(listener -> listener.ended(batching.name(), ended));
            returning.left(awaited(batch), lastNanos, System.nanoTime());
        }
    }

    private void tell(List<BatchItem<T, R>> decided) {
        teller.tell(decided, !queue.isEmpty());
    }

    private int awaited(List<BatchItem<T, R>> batch) {
        int awaited = 0;
        for (BatchItem<T, R> item : batch) {
            if (item.isAwaited()) {
                awaited++;
            }
        }
        return awaited;
    }

    private void take(List<BatchItem<T, R>> batch) {
        long weight = 0;
        long mostWeight = limit.weight();
        outweighed = false;
        long now = System.nanoTime();
        BatchItem<T, R> item = queue.peek();
        while (item != null && batch.size() < limit.items()) {
            if (!batch.isEmpty() && item.weight() > mostWeight - weight) {
                outweighed = true;
                break;
            }
            queue.poll();
            linger.left(item);
            taken++;
            if (item.isOverdue(now)) {
                item.expire();
            } else if (item.begin()) {
                batch.add(item);
                weight += item.weight();
            }
            item = queue.peek();
        }
    }

    /** From now on, until there is none, items are told that their time is over even when their turn does not come. */
    void watch() {
        if (!watched.get() && watched.compareAndSet(false, true)) {
            checkLater();
        }
    }

    private void checkLater() {
        // On the JDK's own thread of delays: its default would start a thread for each check where there are few
        // processors.
        CompletableFuture.delayedExecutor(OVERDUE_CHECK_MILLIS, TimeUnit.MILLISECONDS, Runnable::run)
                .execute(this::check);
    }

    private void check() {
        long now = System.nanoTime();
        List<BatchItem<T, R>> overdue = Stream.of(teller.left(), running.stream(), queue.stream())
                .flatMap(Function.identity())
                .filter(item -> item.isToExpire(now))
                .toList();
        if (!overdue.isEmpty()) {
            expireElsewhere(overdue);
        }
        if (pending() > 0) {
            checkLater();
        } else {
            watched.set(false);
            if (pending() > 0) {
                watch();
            }
        }
    }

    /** What submitters then do must not keep the JDK's thread from other delays, nor, where there are own threads, a common pool from others' work. */
    private void expireElsewhere(List<BatchItem<T, R>> overdue) {
        Runnable expiry = () -> overdue.forEach(BatchItem::expire);
        try {
            others.execute(expiry);
        } catch (RuntimeException | Error e) {
            CompletableFuture.runAsync(expiry);
        }
    }

    /** In this order, none is left out; those who are being told count twice until their batch has ended. */
    int pending() {
        return load.items() + teller.pending();
    }

    /** Takes nothing more. */
    void close() {
        load.close();
        linger.end();
    }

    /** Once it is closed: answers whether all has ended by then. What has not begun never will, also after an interrupt. */
    boolean awaitEnd(long deadline) throws InterruptedException {
        boolean ended = false;
        try {
            ended = load.awaitEmpty(deadline) && teller.awaitEnd(deadline);
        } finally {
            if (!ended) {
                queue.forEach(item -> item.withdraw(new BatchClosedException(batching.name())));
            }
        }
        return ended;
    }
}
