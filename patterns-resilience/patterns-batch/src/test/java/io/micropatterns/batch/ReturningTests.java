package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReturningTests {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Returning returning = new Returning();

    @Test
    void callersAreExpectedForAQuarterOfTheirBatchsTime() {
        returning.left(8, 400_000, MILLI);
        assertThat(returning.expected(MILLI + 99_999)).isEqualTo(8);
        assertThat(returning.expected(MILLI + 100_000)).isZero();
    }

    @Test
    void nobodyIsExpectedAfterASilence() {
        returning.left(8, TimeUnit.HOURS.toNanos(1), MILLI);
        assertThat(returning.expected(MILLI + 199_999)).isEqualTo(8);
        assertThat(returning.expected(MILLI + 200_000)).isZero();
        assertThat(returning.expected(TimeUnit.HOURS.toNanos(1))).isZero();
    }

    @Test
    void aLoneCallerIsNotWaitedFor() {
        returning.left(1, 400_000, MILLI);
        assertThat(returning.expected(MILLI + 1)).isZero();
    }
}
