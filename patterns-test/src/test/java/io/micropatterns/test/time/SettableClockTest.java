package io.micropatterns.test.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SettableClockTest {

    private final SettableClock clock = SettableClock.at("2026-01-01T00:00:00Z");

    @Test
    void standsStillUntilMoved() {
        assertThat(clock.instant()).isEqualTo("2026-01-01T00:00:00Z").isEqualTo(clock.instant());
        assertThat(clock.advance(Duration.ofSeconds(90))).isEqualTo("2026-01-01T00:01:30Z");
        assertThat(clock.instant()).isEqualTo("2026-01-01T00:01:30Z");
        clock.set(Instant.EPOCH);
        assertThat(clock.millis()).isZero();
        assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
    }

    @Test
    void movesItsViewsInOtherZones() {
        SettableClock elsewhere = clock.withZone(ZoneId.of("Asia/Tokyo"));
        clock.advance(Duration.ofHours(1));
        assertThat(elsewhere.instant()).isEqualTo(clock.instant());
        assertThat(elsewhere.getZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
    }

    @Test
    void losesNoStepOfConcurrentThreads() {
        IntStream.range(0, 1000).parallel().forEach(step -> clock.advance(Duration.ofMillis(1)));
        assertThat(clock.instant()).isEqualTo("2026-01-01T00:00:01Z");
    }
}
