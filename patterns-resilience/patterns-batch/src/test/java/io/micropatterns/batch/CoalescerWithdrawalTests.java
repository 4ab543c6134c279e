package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Items that are cancelled, interrupted or out of time: what their submitters are told is true. */
class CoalescerWithdrawalTests {

    private static final Duration SHORT = Duration.ofMillis(50);

    private final TestCoalescers coalescers = new TestCoalescers();
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final Gate gate = Gate.shut();

    @AfterEach
    void close() {
        gate.let(1_000_000);
        coalescers.close();
        callers.shutdownNow();
    }

    @Test
    void aCancelledItemIsNeverDoneOnceCancellationSaysSo() {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options);
        CompletableFuture<Integer> begun = coalescer.submit(1);
        gate.awaitBegun();
        CompletableFuture<Integer> waiting = coalescer.submit(2);
        CompletableFuture<Integer> last = coalescer.submit(3);

        assertThat(begun.cancel(true)).isFalse();
        assertThat(waiting.cancel(true)).isTrue();
        assertThat(waiting).isCancelled();
        gate.let(2);
        assertThat(begun.join()).isEqualTo(2);
        assertThat(last.join()).isEqualTo(6);
        assertThat(gate.batches()).containsExactly(List.of(1), List.of(3));
    }

    @Test
    void whoEndsTheFutureOfAnItemThatHasNotBegunHasItNotDone() {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options);
        coalescer.submit(1);
        gate.awaitBegun();
        CompletableFuture<Integer> ended = coalescer.submit(2);
        ended.complete(0);
        CompletableFuture<Integer> last = coalescer.submit(3);
        gate.let(2);
        assertThat(last.join()).isEqualTo(6);
        assertThat(gate.batches()).containsExactly(List.of(1), List.of(3));
    }

    @Test
    void anInterruptedCallerWhoseItemHasNotBegunIsToldThatItNeverWill() throws Exception {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options);
        coalescer.submit(1);
        gate.awaitBegun();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = caller(() -> coalescer.call(2), thrown);
        await().atMost(Duration.ofMinutes(1)).until(() -> coalescer.pending() == 2);
        caller.interrupt();
        caller.join(30_000);
        assertThat(thrown.get()).isInstanceOf(BatchInterruptedException.class);
        assertThat(thrown.get().getSuppressed())
                .as("the interrupt flag was set")
                .isNotEmpty();
        gate.let(2);
        await().atMost(Duration.ofMinutes(1)).until(() -> coalescer.pending() == 0);
        assertThat(gate.batches()).containsExactly(List.of(1));
    }

    @Test
    void anInterruptedCallerWhoseItemHasBegunGetsItsOutcome() throws Exception {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Integer> result = new AtomicReference<>();
        Thread caller = caller(() -> result.set(coalescer.call(1)), thrown);
        gate.awaitBegun();
        caller.interrupt();
        gate.let(1);
        caller.join(30_000);
        assertThat(thrown.get()).isNull();
        assertThat(result.get()).isEqualTo(2);
    }

    private static Thread caller(Runnable call, AtomicReference<Throwable> thrown) {
        Thread thread = new Thread(() -> {
            try {
                call.run();
            } catch (RuntimeException e) {
                if (Thread.currentThread().isInterrupted()) {
                    e.addSuppressed(new InterruptedException());
                }
                thrown.set(e);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void anItemWhoseTimeIsOverBeforeItsTurnIsNeverDone() {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options);
        coalescer.submit(1);
        gate.awaitBegun();
        assertThatExceptionOfType(BatchTimeoutException.class)
                .isThrownBy(() -> coalescer.call(2, SHORT))
                .satisfies(e -> assertThat(e.begun()).isFalse());
        assertThat(coalescer.submit(3, SHORT))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(BatchTimeoutException.class)
                .withMessageContaining("was not begun within PT0.05S");
        gate.let(3);
        await().atMost(Duration.ofMinutes(1)).until(() -> coalescer.pending() == 0);
        assertThat(gate.batches()).containsExactly(List.of(1));
    }

    @Test
    void aCallerIsToldWhenItIsNotKnownWhetherItsItemWillBeDone() {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options.withPartitions(2));
        Duration enoughToBegin = Duration.ofSeconds(5);
        Future<Integer> called = callers.submit(() -> coalescer.call(0, enoughToBegin));
        CompletableFuture<Integer> submitted = coalescer.submit(1, enoughToBegin);
        gate.awaitBegun();
        gate.awaitBegun();
        for (Future<Integer> begun : List.of(called, submitted)) {
            assertThat(begun)
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOfSatisfying(
                            BatchTimeoutException.class,
                            e -> assertThat(e.begun()).isTrue());
        }
    }

    @Test
    void whatDependsOnOverdueItemsRunsOnAThreadOfTheCoalescer() {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options);
        coalescer.submit(1);
        gate.awaitBegun();
        assertThat(coalescer.submit(2, Duration.ofSeconds(2)).handle((result, failure) -> {
                    assertThat(failure).isInstanceOf(BatchTimeoutException.class);
                    return Thread.currentThread().getName();
                }))
                .succeedsWithin(Duration.ofSeconds(30))
                .asString()
                .startsWith("coalescer-" + coalescer.name());
    }
}
