package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoalescerTests {

    private final TestCoalescers coalescers = new TestCoalescers();
    private final Gate gate = Gate.shut();

    @AfterEach
    void close() {
        gate.let(1_000_000);
        coalescers.close();
    }

    @Test
    void anIdleOneServesACallAtOnceAndAlone() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options);
        assertThat(coalescer.call(1)).isEqualTo(2);
        assertThat(coalescer.call(2)).isEqualTo(4);
        assertThat(gate.batches()).containsExactly(List.of(1), List.of(2));
    }

    @Test
    void aBatchIsWhatHasComeWhileTheOneBeforeRan() {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options.withMaxItems(3));
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
        await().atMost(Duration.ofMinutes(1)).until(() -> coalescer.pending() == 0);
    }

    @Test
    void heavyItemsMakeSmallerBatchesAndTooHeavyOnesGoAlone() {
        Coalescer<Integer, Integer> coalescer = coalescers.keep(Coalescer.builder("heavy", BatchFunction.of(gate))
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(
                gate, options -> options.withLinger(Duration.ofMinutes(1)).withMaxItems(2));
        CompletableFuture<Integer> first = coalescer.submit(1);
        CompletableFuture<Integer> second = coalescer.submit(2);
        assertThat(first.join() + second.join()).isEqualTo(6);
        assertThat(gate.batches()).containsExactly(List.of(1, 2));
    }

    @Test
    void aBatchThatIsFullByWeightLingersNoLonger() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer = coalescers.keep(Coalescer.builder("heavy", BatchFunction.of(gate))
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(
                gate, options -> options.withLinger(Duration.ofMinutes(1)).withTimeout(Duration.ofSeconds(6)));
        assertThat(coalescer.call(1)).isEqualTo(2);
    }

    @Test
    void anItemWithLittleTimeEndsTheLingerOfThoseBeforeIt() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer =
                coalescers.of(gate, options -> options.withLinger(Duration.ofMinutes(1)));
        CompletableFuture<Integer> first = coalescer.submit(1, Duration.ofMinutes(5));
        assertThat(coalescer.call(2, Duration.ofSeconds(6))).isEqualTo(4);
        assertThat(first.join()).isEqualTo(2);
        assertThat(gate.batches()).containsExactly(List.of(1, 2));
    }

    @Test
    void closingEndsALinger() {
        Gate gate = Gate.open();
        Coalescer<Integer, Integer> coalescer =
                coalescers.of(gate, options -> options.withLinger(Duration.ofMinutes(1)));
        CompletableFuture<Integer> only = coalescer.submit(1);
        coalescer.close();
        assertThat(only).isCompletedWithValue(2);
    }

    @Test
    void itemsOfOneKeyStayInOrderWhileOtherPartitionsGoOn() {
        Coalescer<Integer, Integer> coalescer = coalescers.keep(Coalescer.builder("keys", BatchFunction.of(gate))
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
        await().atMost(Duration.ofMinutes(1)).until(() -> coalescer.pending() == 0);
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
        Coalescer<Integer, Integer> coalescer = coalescers.keep(Coalescer.builder("heavy", BatchFunction.of(gate))
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
        await().atMost(Duration.ofMinutes(1)).until(() -> coalescer.pending() == 0);
        assertThat(coalescer.limit()).isLessThan(50);
    }

    @Test
    void aListenerThatFailsHarmsNoItem() {
        Coalescer<Integer, Integer> coalescer =
                coalescers.keep(Coalescer.builder("listened", BatchFunction.of(Gate.open()))
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
}
