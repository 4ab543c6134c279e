package io.micropatterns.outbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepDownPolicyTests {

    private static final Throwable CAUSE = new IllegalStateException("no broker");

    private final List<Duration> left = new ArrayList<>();
    private Duration remaining = Duration.ZERO;
    private long now;
    private final StepDown stepDown = new StepDown(
            Duration.ofSeconds(30),
            time -> {
                left.add(time);
                remaining = time;
            },
            () -> remaining,
            () -> now);

    @Test
    void lastsLongerEachTimeUntilSomethingIsPublished() {
        assertThat(stepDown.reason()).isEmpty();
        for (int i = 0; i < 6; i++) {
            askAnew();
        }
        remaining = Duration.ZERO;
        stepDown.published();
        now += Duration.ofSeconds(30).toNanos();
        askAnew();

        assertThat(left).extracting(Duration::toMinutes).containsExactly(1L, 2L, 4L, 8L, 16L, 16L, 1L);
    }

    @Test
    void isAskedForOnceThoughAllShardsFail() {
        stepDown.ask(0, CAUSE);
        stepDown.ask(1, CAUSE);

        assertThat(left).containsExactly(StepDown.SHORTEST);
        assertThat(stepDown.reason()).contains("shard 0: no broker (for another 60 s)");
        remaining = Duration.ZERO;
        assertThat(stepDown.reason()).isEmpty();
    }

    @Test
    void endsAsSoonAsAnythingIsPublished() {
        stepDown.ask(0, CAUSE);
        stepDown.published();

        assertThat(left).containsExactly(StepDown.SHORTEST, Duration.ZERO);
        assertThat(stepDown.reason()).isEmpty();
    }

    @Test
    void isRefusedWhileAnotherShardIsPublished() {
        stepDown.published();
        now += Duration.ofSeconds(29).toNanos();
        stepDown.ask(0, CAUSE);
        assertThat(left).isEmpty();

        now += Duration.ofSeconds(1).toNanos();
        stepDown.ask(0, CAUSE);
        assertThat(left).containsExactly(StepDown.SHORTEST);
    }

    @Test
    void aCauseWithoutAMessageIsNamed() {
        stepDown.ask(0, new StackOverflowError());

        assertThat(stepDown.reason().orElseThrow()).contains("shard 0: java.lang.StackOverflowError");
    }

    @Test
    void anOutageLastsWhileNothingIsPublishedAndNoLoopTurnsForLong() {
        Outage outage = new Outage(Duration.ZERO);
        assertThat(outage.isUnbearable()).isFalse();
        outage.failed(false, Duration.ZERO);
        assertThat(outage.isUnbearable()).isTrue();

        Outage patient = new Outage(Duration.ofHours(1));
        patient.failed(false, Duration.ofMinutes(59));
        patient.failed(false, Duration.ofHours(1));
        assertThat(patient.isUnbearable()).isFalse();
    }

    private void askAnew() {
        remaining = Duration.ZERO;
        stepDown.ask(0, CAUSE);
    }
}
