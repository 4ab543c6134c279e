package io.micropatterns.core.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeldLeaseTests {

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger woken = new AtomicInteger();

    /** {@link System#nanoTime()} may begin anywhere, and may overflow. */
    @ParameterizedTest
    @ValueSource(longs = {0, -500, Long.MAX_VALUE - 50, Long.MIN_VALUE})
    void stepsDownAtItsDeadlineForEver(long start) {
        HeldLease lease = lease(start, 100);
        assertThat(lease.isHeld()).isTrue();
        now.addAndGet(99);
        assertThat(lease.isHeld()).isTrue();
        now.addAndGet(1);
        assertThat(lease.isHeld()).isFalse();
        now.set(start);
        assertThat(lease.isHeld()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 50})
    void extendingMovesTheDeadlineUntilItHasPassed(long start) {
        HeldLease lease = lease(start, 100);
        now.addAndGet(99);
        lease.extend(start + 200);
        now.addAndGet(100);
        assertThat(lease.isHeld()).isTrue();
        now.addAndGet(1);
        lease.extend(start + 1_000);
        assertThat(lease.isHeld()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsAtOnceAndWakesItsWorkOnce(boolean registeredLater) {
        HeldLease lease = lease(0, 100);
        if (!registeredLater) {
            lease.onEnd(woken::incrementAndGet);
            assertThat(woken).hasValue(0);
        }
        lease.end();
        lease.end();
        if (registeredLater) {
            lease.onEnd(woken::incrementAndGet);
        }
        assertThat(woken).hasValue(1);
        lease.extend(1_000);
        assertThat(lease.isHeld()).isFalse();
        assertThat(lease.name()).isEqualTo("name");
        assertThat(lease.owner()).isEqualTo("owner");
        assertThat(lease.token()).isEqualTo(7);
    }

    private HeldLease lease(long start, long timeToLive) {
        now.set(start);
        return new HeldLease("name", "owner", 7, now::get, start + timeToLive);
    }
}
