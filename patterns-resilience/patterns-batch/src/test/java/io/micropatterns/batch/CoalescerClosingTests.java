package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** There is no room, or no more of it: what was taken is done, and the rest is told. */
class CoalescerClosingTests {

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
    void refusesWhatThereIsNoRoomFor() {
        Coalescer<Integer, Integer> coalescer =
                coalescers.of(gate, options -> options.withCapacity(2).withOverflow(Overflow.REJECT));
        coalescer.submit(1);
        coalescer.submit(2);
        assertThatExceptionOfType(BatchOverflowException.class)
                .isThrownBy(() -> coalescer.call(3))
                .withMessageContaining("all 2 places are taken")
                .satisfies(e -> assertThat(e.retryAfter()).isPositive());
        gate.let(10);
        await().atMost(Duration.ofMinutes(1)).until(() -> coalescer.pending() == 0);
        assertThat(coalescer.call(4)).isEqualTo(8);
    }

    @Test
    void aSubmitterWaitsForRoom() throws Exception {
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options.withCapacity(1));
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options);
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options.withTimeout(SHORT));
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(gate, options -> options.withPartitions(2));
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
}
