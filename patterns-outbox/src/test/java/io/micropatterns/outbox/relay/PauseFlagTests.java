package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.micropatterns.outbox.OutboxLog;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PauseFlagTests {

    private final AtomicInteger looks = new AtomicInteger();
    private volatile BooleanSupplier answer = () -> false;
    private final AtomicLong now = new AtomicLong();
    private final PauseFlag flag = new PauseFlag(new AskedLog(), now::get);
    private final ExecutorService others = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        others.shutdownNow();
    }

    @Test
    void isLookedUpOnceInAWhile() {
        answer = () -> true;
        assertThat(flag.isSet()).isTrue();
        assertThat(flag.isSet()).isTrue();
        assertThat(looks).hasValue(1);

        answer = () -> false;
        pass();
        assertThat(flag.isSet()).isFalse();
        assertThat(looks).hasValue(2);
    }

    @Test
    void whileOneLooksOthersGoByWhatWasSeenLast() throws Exception {
        answer = () -> true;
        flag.isSet();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        answer = () -> {
            asked.countDown();
            awaitQuietly(answered);
            return false;
        };
        pass();
        Future<Boolean> slow = others.submit(flag::isSet);
        assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();

        assertThat(others.submit(flag::isSet).get(1, TimeUnit.MINUTES)).isTrue();
        assertThat(slow.isDone()).isFalse();
        answered.countDown();
        assertThat(slow.get(1, TimeUnit.MINUTES)).isFalse();
        assertThat(flag.isSet()).isFalse();
    }

    @Test
    void beforeItHasBeenSeenNobodyGuesses() {
        answer = () -> {
            throw new IllegalStateException("no database");
        };
        assertThatIllegalStateException().isThrownBy(flag::isSet);
        assertThatIllegalStateException().isThrownBy(flag::isSet);

        answer = () -> true;
        assertThat(flag.isSet()).isTrue();
    }

    @Test
    void afterAFailureItIsNotLookedUpAtOnceAgain() {
        answer = () -> true;
        flag.isSet();
        answer = () -> {
            throw new IllegalStateException("no database");
        };
        pass();
        assertThatIllegalStateException().isThrownBy(flag::isSet);
        assertThat(flag.isSet()).isTrue();
        assertThat(looks).hasValue(2);
    }

    private void pass() {
        now.addAndGet(PauseFlag.FRESH_NANOS);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class AskedLog implements OutboxLog {

        @Override
        public Set<Integer> shards() {
            return Set.of();
        }

        @Override
        public boolean isPaused() {
            looks.incrementAndGet();
            return answer.getAsBoolean();
        }

        @Override
        public void setPaused(boolean paused) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Shard shard(int number) {
            throw new UnsupportedOperationException();
        }
    }
}
