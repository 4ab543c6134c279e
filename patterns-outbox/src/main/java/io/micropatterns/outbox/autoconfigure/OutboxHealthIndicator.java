package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.outbox.OutboxMonitor;
import io.micropatterns.outbox.OutboxRelay;
import io.micropatterns.outbox.ShardStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * DOWN when this instance's relay does not turn: it has stopped, has lost the database, or one of its shards fails or is
 * stuck. UP while it has left its shards to others, for they are relayed then. Judged at the loop, so that a relay that has died does not look healthy because nothing waits.
 */
final class OutboxHealthIndicator extends AbstractHealthIndicator {

    private static final Duration STUCK = Duration.ofSeconds(90);

    private final OutboxRelay relay;
    private final OutboxMonitor monitor;
    private final OutboxLimits limits;
    private final @Nullable OutboxCdcHealth cdc;
    private final Duration leaseTimeToLive;

    OutboxHealthIndicator(
            OutboxRelay relay,
            OutboxMonitor monitor,
            OutboxLimits limits,
            @Nullable OutboxCdcHealth cdc,
            Duration leaseTimeToLive) {
        super("The outbox cannot be looked at");
        this.relay = relay;
        this.monitor = monitor;
        this.limits = limits;
        this.cdc = cdc;
        this.leaseTimeToLive = leaseTimeToLive;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        List<String> problems = new ArrayList<>();
        if (!relay.isRunning()) {
            problems.add("the relay has been stopped");
        } else if (relay.sinceHeartbeat().compareTo(leaseTimeToLive) > 0) {
            problems.add("the relay has not reached the database for "
                    + relay.sinceHeartbeat().toSeconds() + " s");
        }
        Map<String, String> shards = new LinkedHashMap<>();
        for (ShardStatus shard : relay.shards()) {
            shards.put(Integer.toString(shard.shard()), describe(shard));
            if (isDown(shard)) {
                problems.add("shard " + shard.shard() + ": " + describe(shard));
            }
        }
        if (cdc != null) {
            problems.addAll(cdc.problems());
            health.withDetail("cdc", cdc.details());
        }
        long pending = monitor.lastKnownPending();
        health.status(problems.isEmpty() ? "UP" : "DOWN")
                .withDetail("shards", shards)
                .withDetail("pending", pending)
                .withDetail("oldestPendingSeconds", monitor.lastKnownOldestAge().toSeconds());
        if (shards.isEmpty()) {
            relay.steppedDown().ifPresent(reason -> health.withDetail("steppedDown", reason));
        }
        if (limits.isOverWarning(pending)) {
            health.withDetail("warning", pending + " events wait, more than patterns.outbox.limits.warn-pending");
        }
        if (!problems.isEmpty()) {
            health.withDetail("problems", problems);
        }
    }

    private static boolean isDown(ShardStatus shard) {
        return switch (shard.state()) {
            case FAILING, NEEDS_REBASE -> true;
            // Attempts to open take longer than the pauses between them.
            case OPENING -> shard.failure() != null || shard.sinceLastTurn().compareTo(STUCK) > 0;
            case RUNNING, PAUSED -> shard.sinceLastTurn().compareTo(STUCK) > 0;
        };
    }

    private static String describe(ShardStatus shard) {
        String state = shard.state() + (shard.failure() == null ? "" : ": " + shard.failure());
        return shard.sinceLastTurn().compareTo(STUCK) > 0
                ? state + ", has not turned for " + shard.sinceLastTurn().toSeconds() + " s"
                : state;
    }
}
