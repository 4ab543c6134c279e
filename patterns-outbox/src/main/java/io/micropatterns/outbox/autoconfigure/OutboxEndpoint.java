package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.core.lease.LeaseOwner;
import io.micropatterns.outbox.OutboxMonitor;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.OutboxReplay;
import io.micropatterns.outbox.ShardStatus;
import io.micropatterns.outbox.cdc.SlotFigures;
import io.micropatterns.outbox.jdbc.JdbcSlotKeeper;
import io.micropatterns.outbox.jdbc.SlotWatch;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/** What an operator sees of the outbox, and does with it. Dead letters have their own endpoint. */
@Endpoint(id = "outbox")
final class OutboxEndpoint {

    private final OutboxMonitor monitor;
    private final OutboxReplay replay;
    private final ObjectProvider<OutboxRelay> relay;
    private final ObjectProvider<SlotWatch> slot;
    private final ObjectProvider<JdbcSlotKeeper> slotKeeper;

    OutboxEndpoint(
            OutboxMonitor monitor,
            OutboxReplay replay,
            ObjectProvider<OutboxRelay> relay,
            ObjectProvider<SlotWatch> slot,
            ObjectProvider<JdbcSlotKeeper> slotKeeper) {
        this.monitor = monitor;
        this.replay = replay;
        this.relay = relay;
        this.slot = slot;
        this.slotKeeper = slotKeeper;
    }

    /** What waits, and who relays it. */
    @ReadOperation
    Overview overview() {
        OutboxRelay here = relay.getIfAvailable();
        SlotWatch watch = slot.getIfAvailable();
        return new Overview(
                monitor.pending(),
                monitor.oldestPendingAge(),
                here != null && here.isRunning(),
                here == null ? null : here.isPaused(),
                here == null ? List.of() : here.shards(),
                here == null ? List.of() : here.owners(),
                watch == null ? null : watch.lastSeen().orElse(null));
    }

    /** Pending events by topic. */
    @ReadOperation
    Map<String, Long> part(@Selector String part) {
        if (!part.equals("pending")) {
            throw invalid("GET /outbox/" + part + " is unknown; there is /outbox/pending");
        }
        return monitor.pendingByTopic();
    }

    /** Pauses, resumes, replays, rebases, or accepts what a lost slot has cost. */
    @WriteOperation
    Map<String, Object> act(
            @Selector String action,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable String topic,
            @Nullable List<String> ids,
            @Nullable Integer shard) {
        return switch (action) {
            case "pause" -> {
                running().pause();
                yield Map.of("paused", true);
            }
            case "resume" -> {
                running().resume();
                yield Map.of("paused", false);
            }
            case "replay" -> Map.of("replayed", replay(from, to, topic, ids));
            case "rebase" -> rebase(shard);
            case "acceptLoss" -> acceptLoss();
            default ->
                throw invalid(
                        "POST /outbox/" + action + " is unknown; there are pause, resume, replay, rebase, acceptLoss");
        };
    }

    private int replay(
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable String topic,
            @Nullable List<String> ids) {
        if (ids != null && from == null && to == null) {
            return replay.replay(ids.stream().map(OutboxEndpoint::id).toList());
        }
        if (ids != null || from == null || to == null) {
            throw invalid("replay wants either 'ids', or 'from' and 'to' (ISO-8601 with offset) and perhaps 'topic'");
        }
        return replay.replay(from.toInstant(), to.toInstant(), topic);
    }

    private Map<String, Object> rebase(@Nullable Integer shard) {
        if (shard == null) {
            throw invalid("rebase wants the number of a 'shard'");
        }
        if (!running().rebase(shard)) {
            throw invalid(
                    "shard " + shard
                            + " does not need to be rebased on this instance; GET /outbox names the states, and who relays what");
        }
        return Map.of("rebasing", shard);
    }

    private Map<String, Object> acceptLoss() {
        JdbcSlotKeeper keeper = slotKeeper.getIfAvailable();
        if (keeper == null) {
            throw invalid("this instance has nothing to do with a replication slot (patterns.outbox.relay, storage)");
        }
        return Map.of("accepted", keeper.acceptLoss());
    }

    private OutboxRelay running() {
        OutboxRelay here = relay.getIfAvailable();
        if (here == null) {
            throw invalid("this instance has no relay (patterns.outbox.relay=none)");
        }
        return here;
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw invalid("'" + text + "' is not an event id (a UUID)");
        }
    }

    private static InvalidEndpointRequestException invalid(String reason) {
        return new InvalidEndpointRequestException(reason, reason);
    }

    /**
     * The overview.
     *
     * @param pending unpublished events
     * @param oldestPendingAge how long the oldest has waited
     * @param running whether this instance's relay runs
     * @param paused whether publishing is paused, everywhere; {@code null} on an instance without a relay, which does not know
     * @param shards the shards that this instance relays
     * @param owners who relays which shard, among all instances
     * @param slot what the database said last of the replication slot; {@code null} where there is to be none
     */
    record Overview(
            long pending,
            Duration oldestPendingAge,
            boolean running,
            @Nullable Boolean paused,
            List<ShardStatus> shards,
            List<LeaseOwner> owners,
            @Nullable SlotFigures slot) {}
}
