package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
        await().until(() -> coalescer.pending() == 1);
    }

    @Test
    void closingWaitsForWhatDependsOnItems() throws Exception {
        CompletableFuture<Void> dependent = coalescer.submit(1).thenAccept(this::hold);
        CompletableFuture<Integer> second = coalescer.submit(2);
        gate.let(1);
        held.await();
        gate.let(1);
        second.get();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(coalescer::close);
        await().until(() -> isClosed(coalescer));
        assertThat(closing).isNotDone();
        free.countDown();
        closing.get();
        assertThat(dependent).isDone();
    }

    private static boolean isClosed(Coalescer<Integer, Integer> coalescer) {
        try {
            return coalescer.submit(9).isDone();
        } catch (BatchClosedException e) {
            return true;
        }
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

    private BatchItem<Integer, Integer> decided() {
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
                false);
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
