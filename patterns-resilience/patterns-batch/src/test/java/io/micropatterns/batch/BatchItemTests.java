package io.micropatterns.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two threads that settle one item at the same time. */
class BatchItemTests {

    private static final int ITEMS = 20_000;

    private final Batching<Integer, Integer> batching = new Batching<>(
            "race",
            BatchFunction.of(items -> items),
            BatchOptions.defaults(),
            item -> 0,
            e -> true,
            BatchListener.none());
    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final CyclicBarrier both = new CyclicBarrier(2);

    @AfterEach
    void stop() {
        other.shutdownNow();
    }

    @Test
    void anItemThatIsCancelledAsItExpiresIsNotSaidToHaveBegun() throws Exception {
        for (int i = 0; i < ITEMS; i++) {
            BatchItem<Integer, Integer> item = new BatchItem<>(batching, i, Duration.ofSeconds(1), false);
            AtomicBoolean cancelled = new AtomicBoolean();
            together(item, each -> {
                if (cancelled.compareAndSet(false, true)) {
                    return each.cancel(false);
                }
                each.expire();
                return true;
            });
            assertThatException().isThrownBy(item::join).satisfies(e -> {
                if (e.getCause() instanceof BatchTimeoutException timeout) {
                    assertThat(timeout.begun()).as("begun").isFalse();
                } else {
                    assertThat(item).isCancelled();
                }
            });
        }
    }

    @Test
    void anItemThatIsCancelledTwiceIsCancelled() throws Exception {
        for (int i = 0; i < ITEMS; i++) {
            BatchItem<Integer, Integer> item = new BatchItem<>(batching, i, Duration.ofSeconds(1), false);
            assertThat(together(item, each -> each.cancel(false))).isTrue();
            assertThat(item).isCancelled();
            assertThat(item.begin()).isFalse();
        }
    }

    /** Answers whether both have answered so. */
    private boolean together(BatchItem<Integer, Integer> item, Function<BatchItem<Integer, Integer>, Boolean> settle)
            throws Exception {
        Future<Boolean> second = other.submit(() -> {
            both.await();
            return settle.apply(item);
        });
        both.await();
        boolean first = settle.apply(item);
        return second.get(30, TimeUnit.SECONDS) && first;
    }
}
