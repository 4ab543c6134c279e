package io.micropatterns.escrow;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks one database after the other, and sums up. */
final class ShardedEscrowMonitor implements EscrowMonitor {

    private final List<EscrowMonitor> shards;

    ShardedEscrowMonitor(Collection<? extends EscrowMonitor> shards) {
        this.shards = List.copyOf(shards);
    }

    @Override
    public Figures figures(Collection<String> resources) {
        return shards.stream()
                .map(shard -> shard.figures(resources))
                .reduce(ShardedEscrowMonitor::sum)
                .orElseThrow();
    }

    private static Figures sum(Figures one, Figures other) {
        Map<String, Stock> each = new HashMap<>(one.each());
        other.each().forEach((resource, stock) -> each.merge(resource, stock, ShardedEscrowMonitor::sum));
        return new Figures(
                one.resources() + other.resources(),
                sum(one.all(), other.all()),
                each,
                longest(one.overdue(), other.overdue()));
    }

    private static Stock sum(Stock one, Stock other) {
        return new Stock(
                sum(one.available(), other.available()),
                sum(one.held(), other.held()),
                sum(one.consumed(), other.consumed()));
    }

    private static long sum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    @Override
    public Duration overdue() {
        return shards.stream().map(EscrowMonitor::overdue).reduce(Duration.ZERO, ShardedEscrowMonitor::longest);
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
