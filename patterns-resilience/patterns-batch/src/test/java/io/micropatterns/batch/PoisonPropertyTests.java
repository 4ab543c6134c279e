package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PoisonPropertyTests {

    /** So few that there are never too many failures in a row. */
    private static final int MOST_BAD = 8;

    @Property
    void eachGoodItemIsDoneOnceAndEachBadOneFailsAlone(
            @ForAll @IntRange(min = 1, max = 64) int size,
            @ForAll @Size(max = MOST_BAD) Set<@IntRange(max = 63) Integer> bad) {
        List<Integer> done = new ArrayList<>();
        Batching<Integer, Integer> batching = new Batching<>(
                "poison",
                BatchFunction.of(items -> {
                    for (int item : items) {
                        if (bad.contains(item)) {
                            throw new IllegalStateException("bad " + item + " of " + items.size());
                        }
                    }
                    done.addAll(items);
                    return items;
                }),
                BatchOptions.defaults(),
                item -> 0,
                e -> true,
                BatchListener.none());
        List<BatchItem<Integer, Integer>> items = new ArrayList<>();
        List<Integer> good = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            BatchItem<Integer, Integer> item = new BatchItem<>(batching, i, Duration.ofHours(1), false);
            item.begin();
            items.add(item);
            if (!bad.contains(i)) {
                good.add(i);
            }
        }
        BatchListener.BatchRun run = new Execution<>(batching, items, ExecutionTests::tell).run();

        assertThat(done).containsExactlyElementsOf(good);
        assertThat(run.failed()).isEqualTo(size - good.size());
        items.forEach(item -> {
            if (bad.contains(item.value())) {
                assertThat(item)
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .havingCause()
                        .withMessage("bad " + item.value() + " of 1");
            } else {
                assertThat(item).isCompletedWithValue(item.value());
            }
        });
    }
}
