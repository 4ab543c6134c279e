package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BatchLimitTests {

    private static final long FAST = Duration.ofMillis(5).toNanos();
    private static final long SLOW = Duration.ofMillis(11).toNanos();

    @Test
    void theSizeOfBatchesFollowsTheLatencyTarget() {
        BatchLimit limit = new BatchLimit(1_000, Long.MAX_VALUE, Duration.ofMillis(10));
        assertThat(limit.items()).isEqualTo(100);
        limit.ran(100, 0, false, FAST);
        assertThat(limit.items()).isEqualTo(110);
        limit.ran(20, 0, false, FAST);
        assertThat(limit.items()).as("not limited by it").isEqualTo(110);
        limit.ran(110, 0, false, SLOW);
        assertThat(limit.items()).isEqualTo(83);
        limit.ran(2, 0, false, SLOW);
        assertThat(limit.items()).as("slow for another reason").isEqualTo(83);
        for (int i = 0; i < 1_000; i++) {
            limit.ran(limit.items(), 0, false, FAST);
        }
        assertThat(limit.items()).isEqualTo(1_000);
        for (int i = 0; i < 1_000; i++) {
            limit.ran(limit.items(), 0, false, SLOW);
        }
        assertThat(limit.items()).isEqualTo(1);
    }

    @Test
    void aBatchThatIsFullByWeightCountsHoweverFewItsItems() {
        BatchLimit limit = new BatchLimit(500, 500, Duration.ofMillis(10));
        assertThat(limit.weight()).isEqualTo(50);
        limit.ran(2, 30, true, FAST);
        assertThat(limit.weight()).isEqualTo(55);
        limit.ran(2, 40, false, SLOW);
        assertThat(limit.weight()).isEqualTo(42);
        limit.ran(1, 90, true, SLOW);
        assertThat(limit.weight()).as("an item that exceeds it").isEqualTo(42);
    }

    @Test
    void batchesOfListsShrinkUntilTheyKeepToTheTarget() {
        BatchLimit limit = new BatchLimit(500, 500, Duration.ofMillis(10));
        int calls = 10;
        for (int i = 0; i < 100; i++) {
            long weight = 1;
            int count = 0;
            while (count < calls && weight + 4 <= limit.weight()) {
                weight += 4;
                count++;
            }
            limit.ran(
                    Math.max(1, count),
                    weight,
                    count < calls,
                    Duration.ofMillis(weight).toNanos());
        }
        assertThat(limit.weight()).isBetween(5L, 20L);
    }

    @Property
    void staysWithinItsBounds(
            @ForAll @IntRange(min = 1, max = 1_000_000) int most,
            @ForAll @LongRange(min = 1) long mostWeight,
            @ForAll boolean[] slow) {
        BatchLimit limit = new BatchLimit(most, mostWeight, Duration.ofMillis(10));
        for (boolean each : slow) {
            limit.ran(limit.items(), limit.weight(), true, each ? SLOW : FAST);
            assertThat(limit.items()).isBetween(1, most);
            assertThat(limit.weight()).isBetween(1L, mostWeight);
        }
    }
}
