package io.micropatterns.batch.autoconfigure;

import io.micropatterns.batch.BatchOptions;
import io.micropatterns.batch.Overflow;
import io.micropatterns.core.autoconfigure.PropertyRange;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of batching.
 *
 * @param enabled Whether methods with Batched are batched at all.
 * @param defaults How methods gather that have no properties of their own.
 * @param methods How the methods of these names gather; what is not set is as in the defaults. A name with a dot goes into brackets.
 */
@ConfigurationProperties("patterns.batch")
public record BatchProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue Gathering defaults,
        @DefaultValue Map<String, MethodGathering> methods) {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final int MANY = 1_000_000;

    public BatchProperties {
        check("patterns.batch.defaults", defaults);
        Gathering base = defaults;
        methods.forEach((name, method) -> check("patterns.batch.methods[" + name + "]", method.over(base)));
    }

    private static void check(String prefix, Gathering gathering) {
        PropertyRange.require(prefix + ".max-items", gathering.maxItems(), 1, MANY);
        PropertyRange.require(prefix + ".linger", gathering.linger(), Duration.ZERO, Duration.ofMinutes(1));
        PropertyRange.require(prefix + ".capacity", gathering.capacity(), 1, MANY);
        PropertyRange.require(prefix + ".timeout", gathering.timeout(), SHORT, LONG);
        PropertyRange.require(prefix + ".partitions", gathering.partitions(), 1, 1_000);
        if (gathering.latencyTarget() != null) {
            PropertyRange.require(prefix + ".latency-target", gathering.latencyTarget(), SHORT, LONG);
        }
    }

    BatchOptions options(String method) {
        MethodGathering own = methods.get(method);
        return (own == null ? defaults : own.over(defaults)).toOptions();
    }

    /**
     * How a method gathers.
     *
     * @param maxItems Most items in a batch, of all its calls together; a call with more goes alone. From 1 to 1,000,000.
     * @param linger How long an incomplete batch waits for more, but no call for more than half of its timeout; 0 takes what came while the batch before ran. To 1 minute.
     * @param capacity Most calls that wait or are worked on, in each partition. From 1 to 1,000,000.
     * @param overflow What becomes of more: wait, or reject.
     * @param timeout How long a call may take. From 1 ms to 1 hour.
     * @param partitions How many batches can run at once. From 1 to 1,000.
     * @param latencyTarget How long a batch should take; its items then follow that, up to max-items. From 1 ms to 1 hour.
     */
    public record Gathering(
            @DefaultValue("500") int maxItems,
            @DefaultValue("0s") Duration linger,
            @DefaultValue("10000") int capacity,
            @DefaultValue("wait") Overflow overflow,
            @DefaultValue("30s") Duration timeout,
            @DefaultValue("1") int partitions,
            @Nullable Duration latencyTarget) {

        BatchOptions toOptions() {
            return BatchOptions.defaults()
                    .withMaxItems(maxItems)
                    .withLinger(linger)
                    .withCapacity(capacity)
                    .withOverflow(overflow)
                    .withTimeout(timeout)
                    .withPartitions(partitions)
                    .withLatencyTarget(latencyTarget);
        }
    }

    /**
     * How one method gathers, where it differs.
     *
     * @param maxItems Most items in a batch, of all its calls together.
     * @param linger How long an incomplete batch waits for more.
     * @param capacity Most calls that wait or are worked on, in each partition.
     * @param overflow What becomes of more: wait, or reject.
     * @param timeout How long a call may take.
     * @param partitions How many batches can run at once.
     * @param latencyTarget How long a batch should take.
     */
    public record MethodGathering(
            @Nullable Integer maxItems,
            @Nullable Duration linger,
            @Nullable Integer capacity,
            @Nullable Overflow overflow,
            @Nullable Duration timeout,
            @Nullable Integer partitions,
            @Nullable Duration latencyTarget) {

        Gathering over(Gathering base) {
            return new Gathering(
                    or(maxItems, base.maxItems()),
                    or(linger, base.linger()),
                    or(capacity, base.capacity()),
                    or(overflow, base.overflow()),
                    or(timeout, base.timeout()),
                    or(partitions, base.partitions()),
                    latencyTarget == null ? base.latencyTarget() : latencyTarget);
        }

        private static <T> T or(@Nullable T value, T other) {
            return value == null ? other : value;
        }
    }
}
