package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TellerTests {

    private final Gate gate = Gate.shut();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);
    private final Coalescer<Integer, Integer> coalescer = Coalescer.builder("telling", BatchFunction.of(gate))
            .options(BatchOptions.defaults().withMaxItems(1))
            .build();

    @AfterEach
    void close() {
        free.countDown();
        gate.let(100);
        coalescer.close();
    }

    @Test
    void batchesGoOnWhileWhatDependsOnAnItemTakesItsTime() throws Exception {
        CompletableFuture<Integer> first = coalescer.submit(1);
        CompletableFuture<Void> dependent = first.thenAccept(this::hold);
        CompletableFuture<Integer> second = coalescer.submit(2);
        CompletableFuture<Integer> third = coalescer.submit(3);
        gate.let(1);
        held.await();
        gate.let(2);
        assertThat(second.get()).isEqualTo(4);
        assertThat(third.get()).isEqualTo(6);
        assertThat(dependent).isNotDone();
        await().atMost(Duration.ofMinutes(1)).until(() -> coalescer.pending() == 1);
    }

    @Test
    void closingWaitsForWhatDependsOnItems() throws Exception {
        CompletableFuture<Void> dependent = coalescer.submit(1).thenAccept(this::hold);
        CompletableFuture<Integer> second = coalescer.submit(2);
        gate.let(1);
        held.await();
        gate.let(1);
        second.get();
        assertThat(((DefaultCoalescer<Integer, Integer>) coalescer).refuse()).isTrue();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(
                () -> ((DefaultCoalescer<Integer, Integer>) coalescer).awaitEnd(System.nanoTime()));
        assertThat(closing).isNotDone();
        free.countDown();
        closing.get();
        assertThat(dependent).isDone();
    }

    @Test
    void aGivenExecutorNeedsNoThreadBesideThoseOfItsBatches() throws Exception {
        ExecutorService single = Executors.newSingleThreadExecutor();
        try (Coalescer<Integer, Integer> alone = Coalescer.builder("alone", BatchFunction.of(gate))
                .options(BatchOptions.defaults().withMaxItems(1))
                .executor(single)
                .build()) {
            CompletableFuture<Integer> first = alone.submit(1);
            CompletableFuture<Integer> second = alone.submit(2);
            gate.let(1);
            assertThat(first.get()).isEqualTo(2);
            assertThat(second).isNotDone();
            gate.let(1);
        } finally {
            single.shutdown();
        }
    }

    @Test
    void tellsByItselfWhereThereIsNoThread() {
        Teller<Integer, Integer> teller = new Teller<>(task -> {
            throw new RejectedExecutionException();
        });
        BatchItem<Integer, Integer> item = decided();
        teller.tell(List.of(item), true);
        assertThat(item).isCompletedWithValue(2);
        assertThat(teller.pending()).isZero();
    }

    @Test
    void helpsWhereTheOtherThreadDoesNotCome() {
        AtomicReference<Runnable> late = new AtomicReference<>();
        Teller<Integer, Integer> teller = new Teller<>(late::set);
        BatchItem<Integer, Integer> first = decided();
        BatchItem<Integer, Integer> second = decided();
        teller.tell(List.of(first), true);
        assertThat(first).isNotDone();
        assertThat(teller.left()).containsExactly(first);
        teller.tell(List.of(second), true);
        assertThat(first).isCompletedWithValue(2);
        assertThat(second).isNotDone();
        late.get().run();
        assertThat(second).isCompletedWithValue(2);
    }

    @Test
    void goesOnWithWhatComesWhileItEnds() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        Teller<Integer, Integer> teller = new Teller<>(tasks::add);
        BatchItem<Integer, Integer> first = decided();
        BatchItem<Integer, Integer> second = decided();
        teller.tell(List.of(first), true);
        tasks.remove().run();
        teller.tell(List.of(second), true);
        assertThat(second).isNotDone();
        tasks.remove().run();
        assertThat(second).isCompletedWithValue(2);
        assertThat(tasks).isEmpty();
    }

    @Test
    void aRefusalIsNotForEver() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        AtomicBoolean refuses = new AtomicBoolean(true);
        Teller<Integer, Integer> teller = new Teller<>(task -> {
            if (refuses.getAndSet(false)) {
                throw new RejectedExecutionException();
            }
            tasks.add(task);
        });
        teller.tell(List.of(decided()), true);
        teller.tell(List.of(decided()), true);
        assertThat(tasks).hasSize(1);
    }

    @Test
    void whoWaitsIsToldBeforeWhatDependsOnOthersGoesOn() {
        Teller<Integer, Integer> teller = new Teller<>(task -> {});
        BatchItem<Integer, Integer> submitted = decided();
        BatchItem<Integer, Integer> awaited = decided(true);
        AtomicBoolean before = new AtomicBoolean();
        submitted.thenRun(() -> before.set(awaited.isDone()));
        teller.tell(List.of(submitted), true);
        teller.tell(List.of(awaited), true);
        assertThat(submitted).isDone();
        assertThat(before).isTrue();
    }

    @Test
    void interruptsStayWithWhomTheyAreMeantFor() {
        Teller<Integer, Integer> teller = new Teller<>(null);
        List<Boolean> seen = new ArrayList<>();
        BatchItem<Integer, Integer> first = decided();
        BatchItem<Integer, Integer> second = decided();
        first.thenRun(() -> {
            seen.add(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
        });
        second.thenRun(() -> seen.add(Thread.currentThread().isInterrupted()));
        teller.tell(List.of(first, second), true);
        assertThat(Thread.interrupted()).isFalse();
        Thread.currentThread().interrupt();
        teller.tell(List.of(decided()), true);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(seen).containsExactly(false, false);
    }

    @Test
    void anItemThatIsDecidedDoesNotRunOutOfTime() throws Exception {
        coalescer.submit(1).thenAccept(this::hold);
        CompletableFuture<Integer> second = coalescer.submit(2, Duration.ofSeconds(3));
        CompletableFuture<Integer> third = coalescer.submit(3);
        gate.let(1);
        held.await();
        gate.let(1);
        assertThat(second.get()).isEqualTo(4);
        assertThat(third).isNotDone();
    }

    @Test
    void whoIsLeftIsToldAlsoWhereAllThatFollowsIsTakenBack() throws Exception {
        try (Coalescer<Integer, Integer> pairs = Coalescer.builder("pairs", BatchFunction.of(gate))
                .options(BatchOptions.defaults().withMaxItems(2).withLinger(Duration.ofSeconds(3)))
                .build()) {
            CompletableFuture<Integer> first = pairs.submit(1);
            CompletableFuture<Integer> second = pairs.submit(2);
            gate.awaitBegun();
            CompletableFuture<Integer> third = pairs.submit(3);
            first.thenAccept(result -> {
                third.cancel(false);
                hold(result);
            });
            gate.let(1);
            held.await();
            assertThat(third).isCancelled();
            assertThat(second).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(4);
            free.countDown();
        }
    }

    @Test
    void whatABatchTookIsWithoutWhatDependsOnTheOneBefore() throws Exception {
        List<BatchListener.BatchRun> ended = new CopyOnWriteArrayList<>();
        ExecutorService single = Executors.newSingleThreadExecutor();
        try (Coalescer<Integer, Integer> listened = Coalescer.builder("listened", BatchFunction.of(gate))
                .options(BatchOptions.defaults().withMaxItems(1))
                .executor(single)
                .listener(new BatchListener() {
                    @Override
                    public void ended(String coalescer, BatchRun batch) {
                        ended.add(batch);
                    }
                })
                .build()) {
            long from = System.nanoTime();
            listened.submit(1).thenAccept(this::hold);
            gate.let(1);
            held.await();
            long told = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(500);
            long freed = System.nanoTime();
            free.countDown();
            await().atMost(Duration.ofMinutes(1)).until(() -> ended.size() == 1);
            assertThat(ended.get(0).took().toNanos()).isLessThanOrEqualTo(System.nanoTime() - from - (freed - told));
        } finally {
            single.shutdown();
        }
    }

    @Test
    void whatDependsOnAnItemDoesNotWaitForRoomOnTheThreadThatMakesIt() throws Exception {
        try (Coalescer<Integer, Integer> small = Coalescer.builder("small", BatchFunction.of(gate))
                .options(BatchOptions.defaults().withMaxItems(2).withCapacity(1))
                .build()) {
            CompletableFuture<Integer> next = small.submit(1).thenCompose(small::submit);
            gate.let(1);
            assertThat(next)
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .withCauseInstanceOf(BatchOverflowException.class);
        }
    }

    private BatchItem<Integer, Integer> decided() {
        return decided(false);
    }

    private BatchItem<Integer, Integer> decided(boolean awaited) {
        BatchItem<Integer, Integer> item = new BatchItem<>(
                new Batching<>(
                        "telling",
                        BatchFunction.of(gate),
                        BatchOptions.defaults(),
                        each -> 0,
                        e -> true,
                        BatchListener.none()),
                1,
                Duration.ofMinutes(1),
                awaited);
        item.begin();
        item.decide(ItemOutcome.success(2));
        return item;
    }

    private void hold(Integer result) {
        held.countDown();
        try {
            free.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
