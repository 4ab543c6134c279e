package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchListenerTests {

    @Test
    void eachIsToldAlsoAfterOneThatFails() {
        List<String> told = new ArrayList<>();
        BatchListener all =
                BatchListener.all(List.of(failing("first", told), failing("second", told), failing("third", told)));
        assertThatIllegalStateException()
                .isThrownBy(() -> all.ended("c", new BatchListener.BatchRun(1, 1, 0, Duration.ZERO, Duration.ZERO, 1)))
                .withMessage("first");
        assertThatIllegalStateException().isThrownBy(() -> all.rejected("c"));
        assertThatIllegalStateException().isThrownBy(() -> all.overdue("c"));
        assertThat(told)
                .containsExactly("first", "second", "third", "first", "second", "third", "first", "second", "third");
    }

    private static BatchListener failing(String name, List<String> told) {
        return new BatchListener() {
            @Override
            public void ended(String coalescer, BatchRun batch) {
                fail();
            }

            @Override
            public void rejected(String coalescer) {
                fail();
            }

            @Override
            public void overdue(String coalescer) {
                fail();
            }

            private void fail() {
                told.add(name);
                throw new IllegalStateException(name);
            }
        };
    }
}
