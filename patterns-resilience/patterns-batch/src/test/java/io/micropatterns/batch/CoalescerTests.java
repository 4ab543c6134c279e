package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoalescerTests {

    private static final Duration SHORT = Duration.ofMillis(50);

    private final List<Coalescer<?, ?>> open = new ArrayList<>();
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final Gate gate = Gate.shut();

    @AfterEach
    void close() {
        gate.let(1_000_000);
        open.forEach(Coalescer::close);
        callers.shutdownNow();
    }

    @Test
    void anIdleOneServesACallAtOnceAndAlone() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options);
        assertThat(coalescer.call(1)).isEqualTo(2);
        assertThat(coalescer.call(2)).isEqualTo(4);
        assertThat(gate.batches()).containsExactly(List.of(1), List.of(2));
    }

    @Test
    void aBatchIsWhatHasComeWhileTheOneBeforeRan() {
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options.withMaxItems(3));
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        results.add(coalescer.submit(0));
        gate.awaitBegun();
        for (int i = 1; i < 6; i++) {
            results.add(coalescer.submit(i));
        }
        assertThat(coalescer.pending()).isEqualTo(6);
        gate.let(3);
        assertThat(results).extracting(CompletableFuture::join).containsExactly(0, 2, 4, 6, 8, 10);
        assertThat(gate.batches()).containsExactly(List.of(0), List.of(1, 2, 3), List.of(4, 5));
        await().until(() -> coalescer.pending() == 0);
    }

    @Test
    void heavyItemsMakeSmallerBatchesAndTooHeavyOnesGoAlone() {
        Coalescer<Integer, Integer> coalescer = keep(Coalescer.builder("heavy", BatchFunction.of(gate))
                .options(BatchOptions.defaults().withMaxWeight(10))
                .weigh(Integer::longValue)
                .build());
        coalescer.submit(1);
        gate.awaitBegun();
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int item : List.of(4, 6, 1, 99, 5, 5)) {
            results.add(coalescer.submit(item));
        }
        gate.let(10);
        assertThat(results).extracting(CompletableFuture::join).containsExactly(8, 12, 2, 198, 10, 10);
        assertThat(gate.batches()).containsExactly(List.of(1), List.of(4, 6), List.of(1), List.of(99), List.of(5, 5));
    }

    @Test
    void anIncompleteBatchLingersForMore() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = coalescer(
                gate, options -> options.withLinger(Duration.ofMinutes(1)).withMaxItems(2));
        CompletableFuture<Integer> first = coalescer.submit(1);
        CompletableFuture<Integer> second = coalescer.submit(2);
        assertThat(first.join() + second.join()).isEqualTo(6);
        assertThat(gate.batches()).containsExactly(List.of(1, 2));
    }

    @Test
    void aBatchThatIsFullByWeightLingersNoLonger() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = keep(Coalescer.builder("heavy", BatchFunction.of(gate))
                .options(BatchOptions.defaults()
                        .withLinger(Duration.ofMinutes(1))
                        .withMaxWeight(10))
                .weigh(Integer::longValue)
                .build());
        CompletableFuture<Integer> first = coalescer.submit(4);
        CompletableFuture<Integer> second = coalescer.submit(6);
        assertThat(first.join() + second.join()).isEqualTo(20);
        assertThat(coalescer.call(99)).as("too heavy to wait").isEqualTo(198);
        assertThat(coalescer.submit(9)).as("what has left weighs nothing").isNotDone();
        assertThat(coalescer.call(1)).isEqualTo(2);
        assertThat(gate.batches()).containsExactly(List.of(4, 6), List.of(99), List.of(9, 1));
    }

    @Test
    void aLingerLeavesTimeForTheBatch() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = coalescer(
                gate, options -> options.withLinger(Duration.ofMinutes(1)).withTimeout(Duration.ofSeconds(2)));
        assertThat(coalescer.call(1)).isEqualTo(2);
    }

    @Test
    void anItemWithLittleTimeEndsTheLingerOfThoseBeforeIt() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options.withLinger(Duration.ofMinutes(1)));
        CompletableFuture<Integer> first = coalescer.submit(1, Duration.ofMinutes(5));
        assertThat(coalescer.call(2, Duration.ofSeconds(2))).isEqualTo(4);
        assertThat(first.join()).isEqualTo(2);
        assertThat(gate.batches()).containsExactly(List.of(1, 2));
    }

    @Test
    void closingEndsALinger() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options.withLinger(Duration.ofMinutes(1)));
        CompletableFuture<Integer> only = coalescer.submit(1);
        coalescer.close();
        assertThat(only).isCompletedWithValue(2);
    }

    @Test
    void itemsOfOneKeyStayInOrderWhileOtherPartitionsGoOn() {
        Coalescer<Integer, Integer> coalescer = keep(Coalescer.builder("keys", BatchFunction.of(gate))
                .options(BatchOptions.defaults().withPartitions(64))
                .partitionBy(item -> item % 2)
                .build());
        for (int i = 0; i < 6; i++) {
            coalescer.submit(i);
        }
        gate.awaitBegun();
        gate.awaitBegun();
        assertThat(gate.batches())
                .extracting(batch -> batch.get(0))
                .as("run at once")
                .containsExactlyInAnyOrder(0, 1);
        gate.let(10);
        await().until(() -> coalescer.pending() == 0);
        assertThat(ofParity(0)).containsExactly(0, 2, 4);
        assertThat(ofParity(1)).containsExactly(1, 3, 5);
    }

    private List<Integer> ofParity(int parity) {
        return gate.batches().stream()
                .flatMap(List::stream)
                .filter(item -> item % 2 == parity)
                .toList();
    }

    @Test
    void aBadItemFailsAlone() {
        List<Integer> done = new ArrayList<>();
        Coalescer<Integer, Integer> coalescer = coalescer(
                items -> {
                    if (items.contains(7) || items.contains(11)) {
                        throw new IllegalStateException("poison among " + items.size());
                    }
                    done.addAll(items);
                    return items;
                },
                options -> options.withLinger(Duration.ofSeconds(10)).withMaxItems(16));
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            results.add(coalescer.submit(i));
        }
        for (int i = 0; i < 16; i++) {
            int item = i;
            if (i == 7 || i == 11) {
                assertThatExceptionOfType(CompletionException.class)
                        .isThrownBy(() -> results.get(item).join())
                        .havingCause()
                        .withMessage("poison among 1");
            } else {
                assertThat(results.get(i).join()).isEqualTo(i);
            }
        }
        assertThat(done).hasSize(14).doesNotHaveDuplicates();
    }

    @Test
    void givesUpLookingForTheBadItemWhenAllFail() {
        List<Integer> sizes = new ArrayList<>();
        Coalescer<Integer, Integer> coalescer = coalescer(
                items -> {
                    sizes.add(items.size());
                    throw new IllegalStateException("down");
                },
                options -> options.withLinger(Duration.ofSeconds(10)).withMaxItems(200));
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            results.add(coalescer.submit(i));
        }
        results.forEach(result -> assertThat(result).failsWithin(Duration.ofSeconds(30)));
        assertThat(sizes).hasSize(40);
        assertThat(results.get(199))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("not tried alone")
                .havingRootCause()
                .withMessage("down");
    }

    @Test
    void dividesOnlyWhereThatMayHelp() {
        List<Integer> sizes = new ArrayList<>();
        Coalescer<Integer, Integer> coalescer = keep(Coalescer.<Integer, Integer>builder("down", items -> {
                    sizes.add(items.size());
                    throw new IOException("down");
                })
                .options(BatchOptions.defaults()
                        .withLinger(Duration.ofSeconds(10))
                        .withMaxItems(2))
                .divideOn(e -> !(e instanceof IOException))
                .build());
        CompletableFuture<Integer> first = coalescer.submit(1);
        CompletableFuture<Integer> second = coalescer.submit(2);
        assertThat(first).failsWithin(Duration.ofSeconds(30));
        assertThat(second).failsWithin(Duration.ofSeconds(30));
        assertThat(sizes).containsExactly(2);
    }

    @Test
    void anItemCanFailWhileItsNeighboursSucceed() {
        Coalescer<Integer, Integer> coalescer = keep(Coalescer.<Integer, Integer>builder(
                        "outcomes",
                        items -> items.stream()
                                .map(item -> item % 2 == 0
                                        ? ItemOutcome.success(item)
                                        : ItemOutcome.<Integer>failure(new IllegalStateException("odd")))
                                .toList())
                .build());
        assertThat(coalescer.call(2)).isEqualTo(2);
        assertThatIllegalStateException().isThrownBy(() -> coalescer.call(3)).withMessage("odd");
    }

    @Test
    void aCheckedExceptionIsTheCauseOfOneThatNamesTheCoalescer() {
        Coalescer<Integer, Integer> coalescer = coalescer(
                items -> {
                    throw new IOException("disk");
                },
                options -> options);
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> coalescer.call(1))
                .withMessageContaining("'test'")
                .withCauseInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.coalescer()).isEqualTo("test"));
    }

    @Test
    void resultsThatDoNotMatchTheItemsAreAFailureThatIsNotRetried() {
        List<List<Integer>> batches = new ArrayList<>();
        Coalescer<Integer, Integer> coalescer = coalescer(
                items -> {
                    batches.add(items);
                    return List.of(0);
                },
                options -> options.withLinger(Duration.ofMinutes(1)).withMaxItems(2));
        CompletableFuture<Integer> first = coalescer.submit(1);
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> coalescer.call(2))
                .withMessageContaining("1 results for 2 items");
        assertThat(first).failsWithin(Duration.ofSeconds(30));
        assertThat(batches).hasSize(1);
    }

    @Test
    void anErrorReachesTheCallersAndEndsNothing() {
        Coalescer<Integer, Integer> coalescer = coalescer(
                items -> {
                    if (items.contains(1)) {
                        throw new AssertionError("broken");
                    }
                    return items;
                },
                options -> options);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> coalescer.call(1))
                .withMessage("broken");
        assertThat(coalescer.call(2)).isEqualTo(2);
    }

    @Test
    void aCancelledItemIsNeverDoneOnceCancellationSaysSo() {
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options);
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
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options);
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
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options);
        coalescer.submit(1);
        gate.awaitBegun();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = caller(() -> coalescer.call(2), thrown);
        await().until(() -> coalescer.pending() == 2);
        caller.interrupt();
        caller.join(30_000);
        assertThat(thrown.get()).isInstanceOf(BatchInterruptedException.class);
        assertThat(thrown.get().getSuppressed())
                .as("the interrupt flag was set")
                .isNotEmpty();
        gate.let(2);
        await().until(() -> coalescer.pending() == 0);
        assertThat(gate.batches()).containsExactly(List.of(1));
    }

    @Test
    void anInterruptedCallerWhoseItemHasBegunGetsItsOutcome() throws Exception {
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options);
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
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options);
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
        await().until(() -> coalescer.pending() == 0);
        assertThat(gate.batches()).containsExactly(List.of(1));
    }

    @Test
    void aCallerIsToldWhenItIsNotKnownWhetherItsItemWillBeDone() {
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options.withPartitions(2));
        Duration enoughToBegin = Duration.ofSeconds(2);
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
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options);
        coalescer.submit(1);
        gate.awaitBegun();
        assertThat(coalescer.submit(2, SHORT).handle((result, failure) -> {
                    assertThat(failure).isInstanceOf(BatchTimeoutException.class);
                    return Thread.currentThread().getName();
                }))
                .succeedsWithin(Duration.ofSeconds(30))
                .asString()
                .startsWith("coalescer-" + coalescer.name());
    }

    @Test
    void refusesWhatThereIsNoRoomFor() {
        Coalescer<Integer, Integer> coalescer =
                coalescer(gate, options -> options.withCapacity(2).withOverflow(Overflow.REJECT));
        coalescer.submit(1);
        coalescer.submit(2);
        assertThatExceptionOfType(BatchOverflowException.class)
                .isThrownBy(() -> coalescer.call(3))
                .withMessageContaining("all 2 places are taken")
                .satisfies(e -> assertThat(e.retryAfter()).isPositive());
        gate.let(10);
        await().until(() -> coalescer.pending() == 0);
        assertThat(coalescer.call(4)).isEqualTo(8);
    }

    @Test
    void aSubmitterWaitsForRoom() throws Exception {
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options.withCapacity(1));
        coalescer.submit(1);
        gate.awaitBegun();
        Future<Integer> second = callers.submit(() -> coalescer.call(2));
        assertThatExceptionOfType(BatchOverflowException.class).isThrownBy(() -> coalescer.call(3, SHORT));
        assertThat(second).isNotDone();
        gate.let(2);
        assertThat(second.get()).isEqualTo(4);
    }

    @Test
    void closingWaitsForWhatWasTakenAndTakesNothingMore() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options);
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            results.add(coalescer.submit(i));
        }
        coalescer.close();
        assertThat(results).allMatch(CompletableFuture::isDone);
        assertThatExceptionOfType(BatchClosedException.class).isThrownBy(() -> coalescer.call(1));
        coalescer.close();
    }

    @Test
    void closingTellsThoseThatHaveNotBegunInTime() {
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options.withTimeout(SHORT));
        coalescer.submit(1, Duration.ofMinutes(1));
        gate.awaitBegun();
        CompletableFuture<Integer> waiting = coalescer.submit(2, Duration.ofMinutes(1));
        coalescer.close();
        assertThat(waiting)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(BatchClosedException.class);
        assertThat(gate.batches()).containsExactly(List.of(1));
    }

    @Test
    void anInterruptedCloserTellsAllThatHaveNotBegun() {
        Coalescer<Integer, Integer> coalescer = coalescer(gate, options -> options.withPartitions(2));
        coalescer.submit(0);
        coalescer.submit(1);
        gate.awaitBegun();
        gate.awaitBegun();
        List<CompletableFuture<Integer>> waiting = List.of(coalescer.submit(2), coalescer.submit(3));
        Thread.currentThread().interrupt();
        coalescer.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(waiting)
                .allSatisfy(each -> assertThat(each)
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .withCauseInstanceOf(BatchClosedException.class));
    }

    @Test
    void anExecutorThatRefusesFailsTheItems() {
        ExecutorService refusing = Executors.newSingleThreadExecutor();
        refusing.shutdown();
        Coalescer<Integer, Integer> coalescer = Coalescer.builder("refused", BatchFunction.of(Gate.open()))
                .executor(refusing)
                .build();
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> coalescer.call(1))
                .withMessageContaining("executor");
        assertThat(coalescer.pending()).isZero();
    }

    @Test
    void batchesThatAreFullByWeightFollowTheLatencyTarget() {
        Coalescer<Integer, Integer> coalescer = keep(Coalescer.builder("heavy", BatchFunction.of(gate))
                .options(BatchOptions.defaults()
                        .withMaxItems(500)
                        .withMaxWeight(500)
                        .withLatencyTarget(Duration.ofNanos(1)))
                .weigh(item -> 25)
                .build());
        assertThat(coalescer.limit()).isEqualTo(50);
        for (int i = 0; i < 40; i++) {
            coalescer.submit(i);
        }
        gate.let(100);
        await().until(() -> coalescer.pending() == 0);
        assertThat(coalescer.limit()).isLessThan(50);
    }

    @Test
    void aListenerThatFailsHarmsNoItem() {
        Coalescer<Integer, Integer> coalescer = keep(Coalescer.builder("listened", BatchFunction.of(Gate.open()))
                .listener(new BatchListener() {
                    @Override
                    public void ended(String name, BatchRun batch) {
                        throw new IllegalStateException("listener");
                    }
                })
                .build());
        assertThat(coalescer.call(1)).isEqualTo(2);
        assertThat(coalescer.call(2)).isEqualTo(4);
    }

    @Test
    void optionsNameTheValueThatIsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchOptions.defaults().withMaxItems(0))
                .withMessage("maxItems is out of range: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchOptions.defaults().withTimeout(Duration.ZERO))
                .withMessage("timeout is out of range: PT0S");
    }

    private Coalescer<Integer, Integer> coalescer(
            BatchFunction.Simple<Integer, Integer> function, UnaryOperator<BatchOptions> options) {
        return keep(Coalescer.builder("test", BatchFunction.of(function))
                .options(options.apply(BatchOptions.defaults()))
                .build());
    }

    private <T, R> Coalescer<T, R> keep(Coalescer<T, R> coalescer) {
        open.add(coalescer);
        return coalescer;
    }
}
