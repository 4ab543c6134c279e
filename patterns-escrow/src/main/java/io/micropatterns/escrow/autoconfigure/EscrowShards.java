package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.escrow.EscrowStore;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The databases that resources are divided among, by their numbers. */
record EscrowShards(SortedMap<Integer, EscrowShard> shards, boolean expires) implements AutoCloseable {

    <T> Map<Integer, T> each(Function<EscrowShard, T> part) {
        return shards.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, shard -> part.apply(shard.getValue()), (one, other) -> one, TreeMap::new));
    }

    List<EscrowStore> stores() {
        return List.copyOf(each(EscrowShard::store).values());
    }

    /** Those that this instance takes part in. */
    List<ReservationExpiry> expiries() {
        return expires ? List.copyOf(each(EscrowShard::expiry).values()) : List.of();
    }

    void start() {
        expiries().forEach(ReservationExpiry::start);
    }

    @Override
    public void close() {
        expiries().forEach(ReservationExpiry::close);
    }
}
