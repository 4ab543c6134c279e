package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What fails in a batch fails alone, as far as that can be found out. */
class CoalescerPoisonTests {

    private final TestCoalescers coalescers = new TestCoalescers();

    @AfterEach
    void close() {
        coalescers.close();
    }

    @Test
    void aBadItemFailsAlone() {
        List<Integer> done = new ArrayList<>();
        Coalescer<Integer, Integer> coalescer = coalescers.of(
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(
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
        Coalescer<Integer, Integer> coalescer = coalescers.keep(Coalescer.<Integer, Integer>builder("down", items -> {
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
        Coalescer<Integer, Integer> coalescer = coalescers.keep(Coalescer.<Integer, Integer>builder(
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(
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
        Coalescer<Integer, Integer> coalescer = coalescers.of(
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
}
