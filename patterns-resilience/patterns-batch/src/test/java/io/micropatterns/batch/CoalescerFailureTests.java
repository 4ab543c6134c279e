package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is given to a coalescer beside the function fails, or spoils its thread: later items are done all the same. */
class CoalescerFailureTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final TestCoalescers coalescers = new TestCoalescers();

    @AfterEach
    void close() {
        coalescers.close();
    }

    @Test
    void aPredicateThatFailsHarmsOnlyItsBatch() {
        Coalescer<Integer, Integer> coalescer =
                coalescers.keep(Coalescer.<Integer, Integer>builder("predicate", items -> {
                            if (items.contains(1)) {
                                throw new IOException("disk");
                            }
                            return succeed(items);
                        })
                        .options(BatchOptions.defaults().withLinger(LONG).withMaxItems(2))
                        .divideOn(e -> {
                            throw new IllegalStateException("predicate");
                        })
                        .build());
        CompletableFuture<Integer> first = coalescer.submit(1, LONG);
        CompletableFuture<Integer> second = coalescer.submit(2, LONG);
        for (CompletableFuture<Integer> failed : List.of(first, second)) {
            failure(failed)
                    .withMessageContaining("not brought to its end")
                    .withRootCauseInstanceOf(IllegalStateException.class);
        }
        CompletableFuture<Integer> third = coalescer.submit(3, LONG);
        assertThat(coalescer.submit(4, LONG)).succeedsWithin(LONG).isEqualTo(4);
        assertThat(third).isCompletedWithValue(3);
    }

    @Test
    void outcomesThatCannotBeReadFailTheirItemsAlone() {
        Coalescer<Integer, Integer> coalescer = coalescers.keep(Coalescer.<Integer, Integer>builder(
                        "lazy", items -> items.contains(1) ? new Unreadable() : succeed(items))
                .build());
        failure(coalescer.submit(1, LONG)).withRootCauseInstanceOf(IllegalStateException.class);
        assertThat(coalescer.submit(2, LONG)).succeedsWithin(LONG).isEqualTo(2);
    }

    @Test
    void anErrorOfTheListenerHarmsNoItem() {
        Coalescer<Integer, Integer> coalescer =
                coalescers.keep(Coalescer.<Integer, Integer>builder("listened", items -> succeed(items))
                        .listener(new BatchListener() {
                            @Override
                            public void ended(String name, BatchRun batch) {
                                throw new AssertionError("listener");
                            }
                        })
                        .build());
        assertThat(coalescer.submit(1, LONG)).succeedsWithin(LONG).isEqualTo(1);
        assertThat(coalescer.submit(2, LONG)).succeedsWithin(LONG).isEqualTo(2);
    }

    @Test
    void anExecutorThatCannotStartAThreadFailsTheItemsThatWait() {
        List<Runnable> refused = new ArrayList<>();
        Coalescer<Integer, Integer> coalescer =
                coalescers.keep(Coalescer.<Integer, Integer>builder("threads", items -> succeed(items))
                        .executor(task -> {
                            if (refused.isEmpty()) {
                                refused.add(task);
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                            new Thread(task).start();
                        })
                        .build());
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> coalescer.call(1))
                .withRootCauseInstanceOf(OutOfMemoryError.class);
        assertThat(coalescer.call(2)).isEqualTo(2);
    }

    @Test
    void aBatchIsNotInterruptedByTheOneBefore() throws Exception {
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch submitted = new CountDownLatch(1);
        Coalescer<Integer, Integer> coalescer =
                coalescers.keep(Coalescer.<Integer, Integer>builder("interrupted", items -> {
                            interrupted.add(Thread.currentThread().isInterrupted());
                            begun.countDown();
                            submitted.await();
                            Thread.currentThread().interrupt();
                            return succeed(items);
                        })
                        .build());
        coalescer.submit(1, LONG);
        begun.await();
        CompletableFuture<Integer> second = coalescer.submit(2, LONG);
        submitted.countDown();
        assertThat(second).succeedsWithin(LONG).isEqualTo(2);
        assertThat(interrupted).containsExactly(false, false);
    }

    private static ThrowableAssertAlternative<?> failure(CompletableFuture<Integer> item) {
        return assertThat(item)
                .failsWithin(LONG.plusSeconds(10))
                .withThrowableThat()
                .havingCause();
    }

    private static List<ItemOutcome<Integer>> succeed(List<Integer> items) {
        return items.stream().map(ItemOutcome::success).toList();
    }

    private static final class Unreadable extends AbstractList<ItemOutcome<Integer>> {

        @Override
        public ItemOutcome<Integer> get(int index) {
            throw new IllegalStateException("closed");
        }

        @Override
        public int size() {
            return 1;
        }
    }
}
