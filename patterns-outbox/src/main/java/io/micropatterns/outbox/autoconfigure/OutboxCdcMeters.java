package io.micropatterns.outbox.autoconfigure;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.StreamStatus;
import io.micropatterns.outbox.cdc.SlotFigures;
import io.micropatterns.outbox.jdbc.SlotWatch;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The replication slot and its stream as meters. Reading them does no I/O. */
final class OutboxCdcMeters {

    private final @Nullable OutboxRelay relay;
    private final SlotWatch watch;

    OutboxCdcMeters(MeterRegistry registry, @Nullable OutboxRelay relay, SlotWatch watch) {
        this.relay = relay;
        this.watch = watch;
        Gauge.builder("patterns.outbox.cdc.lag.bytes", () -> figure(SlotFigures::lagBytes))
                .baseUnit("bytes")
                .description("Log written since the position that the replication slot was confirmed to")
                .register(registry);
        Gauge.builder("patterns.outbox.cdc.retained.bytes", () -> figure(SlotFigures::retainedBytes))
                .baseUnit("bytes")
                .description("Log that the database keeps for the replication slot")
                .register(registry);
        if (relay != null) {
            Gauge.builder("patterns.outbox.cdc.streaming", () -> isStreaming() ? 1 : 0)
                    .description("Whether this instance streams the database's log")
                    .register(registry);
            Gauge.builder("patterns.outbox.cdc.problem", () -> hasProblem() ? 1 : 0)
                    .description("Whether this instance polls the table because the log cannot be streamed")
                    .register(registry);
            TimeGauge.builder("patterns.outbox.cdc.lag", this::lagMillis, TimeUnit.MILLISECONDS)
                    .description("How long a mark in the log has been on its way to this instance")
                    .register(registry);
        }
    }

    private Number figure(ToLongFunction<SlotFigures> figure) {
        return watch.lastSeen().map(seen -> figure.applyAsLong(seen)).orElse(0L);
    }

    private Optional<StreamStatus> stream() {
        return relay == null ? Optional.empty() : OutboxCdcHealth.stream(relay);
    }

    private boolean isStreaming() {
        return stream().map(StreamStatus::streaming).orElse(false);
    }

    private boolean hasProblem() {
        return stream().map(stream -> stream.problem() != null).orElse(false);
    }

    private Number lagMillis() {
        return stream().map(stream -> stream.lag().toMillis()).orElse(0L);
    }
}
