package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExecutionTests {

    @Test
    void anItemWhoseTimeIsOverBeforeItsRetryIsToldSo() {
        Batching<Integer, Integer> batching = new Batching<>(
                "retried",
                ExecutionTests::failLate,
                BatchOptions.defaults(),
                item -> 0,
                e -> true,
                BatchListener.none());
        BatchItem<Integer, Integer> hasty = new BatchItem<>(batching, 1, Duration.ofMillis(1), false);
        BatchItem<Integer, Integer> patient = new BatchItem<>(batching, 2, Duration.ofMinutes(1), false);
        hasty.begin();
        patient.begin();
        assertThat(new Execution<>(batching, List.of(hasty, patient), ExecutionTests::tell)
                        .run()
                        .failed())
                .isEqualTo(2);
        assertThat(hasty)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(BatchTimeoutException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(patient).failsWithin(Duration.ZERO).withThrowableThat().withCauseInstanceOf(IOException.class);
    }

    @Test
    void aFunctionThatIsInterruptedIsNotTriedAgain() {
        AtomicInteger attempts = new AtomicInteger();
        Batching<Integer, Integer> batching = new Batching<>(
                "interrupted",
                items -> {
                    attempts.incrementAndGet();
                    throw new InterruptedException();
                },
                BatchOptions.defaults(),
                item -> 0,
                e -> true,
                BatchListener.none());
        List<BatchItem<Integer, Integer>> items = IntStream.of(1, 2)
                .mapToObj(i -> new BatchItem<>(batching, i, Duration.ofMinutes(1), false))
                .toList();
        new Execution<>(batching, items, ExecutionTests::tell).run();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(attempts).hasValue(1);
        assertThat(items).allMatch(BatchItem::isCompletedExceptionally);
    }

    @Test
    void anOverdueItemIsToBeToldSoOnce() {
        Batching<Integer, Integer> batching = new Batching<>(
                "overdue",
                ExecutionTests::failLate,
                BatchOptions.defaults(),
                item -> 0,
                e -> true,
                BatchListener.none());
        BatchItem<Integer, Integer> item = new BatchItem<>(batching, 1, Duration.ofNanos(1), false);
        long late = item.submittedAt() + 2;
        assertThat(item.isToExpire(item.submittedAt())).isFalse();
        assertThat(item.isToExpire(late)).isTrue();
        assertThat(item.isToExpire(late)).isFalse();
    }

    static void tell(List<BatchItem<Integer, Integer>> decided) {
        decided.forEach(BatchItem::tell);
    }

    private static List<ItemOutcome<Integer>> failLate(List<Integer> items) throws IOException {
        long until = System.nanoTime() + Duration.ofMillis(2).toNanos();
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        throw new IOException("disk");
    }
}
