package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.ShardStatus;
import io.micropatterns.outbox.StreamStatus;
import io.micropatterns.outbox.jdbc.SlotWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What there is to say of streaming the database's log. Polling instead of it is no failure, as long as the table has all
 * events; that the log holds what nobody can stream is.
 */
final class OutboxCdcHealth {

    private static final Duration SILENT = Duration.ofSeconds(90);

    private final OutboxRelay relay;
    private final SlotWatch watch;

    OutboxCdcHealth(OutboxRelay relay, SlotWatch watch) {
        this.relay = relay;
        this.watch = watch;
    }

    /** The stream of the shard that this instance relays, if it does. */
    static Optional<StreamStatus> stream(OutboxRelay relay) {
        return relay.shards().stream()
                .map(ShardStatus::stream)
                .filter(Objects::nonNull)
                .findFirst();
    }

    private boolean isPaused() {
        return relay.shards().stream().anyMatch(shard -> shard.state() == ShardStatus.State.PAUSED);
    }

    /** What is a failure. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        stream(relay).ifPresent(stream -> {
            if (stream.problem() != null && stream.eventsAtRisk()) {
                problems.add(stream.problem());
            }
            if (stream.lag().compareTo(SILENT) > 0 && !isPaused()) {
                problems.add("the stream has been behind the database's log for "
                        + stream.lag().toSeconds() + " s");
            }
        });
        if (watch.isFull()) {
            problems.add("the database keeps more log for the replication slot than patterns.outbox.cdc.max-retained;"
                    + " new events go to the table");
        }
        return problems;
    }

    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        stream(relay).ifPresent(stream -> {
            details.put("streaming", stream.streaming());
            if (stream.problem() != null) {
                details.put("problem", stream.problem());
            }
        });
        watch.lastSeen().ifPresent(slot -> {
            details.put("slot", slot.exists() ? slot.name() : slot.name() + " (does not exist)");
            details.put("lagBytes", slot.lagBytes());
            details.put("retainedBytes", slot.retainedBytes());
        });
        if (watch.isOverWarning()) {
            details.put("warning", "the database keeps more log for the slot than patterns.outbox.cdc.warn-retained");
        }
        return details;
    }
}
