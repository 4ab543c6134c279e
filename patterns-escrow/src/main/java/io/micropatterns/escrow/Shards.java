package io.micropatterns.escrow;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Which shard a resource is on: by rendezvous hashing (Thaler and Ravishankar, 1998), so that of {@code n} shards each has
 * {@code 1/n} of the resources, and one more takes {@code 1/(n+1)} from each of them and moves nothing else. Of a name with a part in
 * braces only that part counts, as in Redis Cluster. Immutable.
 */
final class Shards<T> {

    /** Fixed for ever, as are the numbers of shards: what is stored depends on it. */
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

    private final SortedMap<Integer, T> shards;

    Shards(Map<Integer, ? extends T> shards) {
        if (shards.isEmpty()) {
            throw new IllegalArgumentException("there must be one shard at least");
        }
        shards.keySet().forEach(ReservationIds::checkShard);
        this.shards = Collections.unmodifiableSortedMap(new TreeMap<>(shards));
    }

    /** That of a resource. */
    T of(String resource) {
        return Objects.requireNonNull(shards.get(number(resource)));
    }

    /**
     * That of some resources.
     *
     * @throws SeveralShardsException when they are on several
     */
    T ofAll(Set<String> resources) {
        Map<String, Integer> numbers =
                resources.stream().collect(Collectors.toMap(each -> each, this::number, (a, b) -> a, TreeMap::new));
        if (Set.copyOf(numbers.values()).size() > 1) {
            throw new SeveralShardsException(numbers);
        }
        return Objects.requireNonNull(shards.get(numbers.values().iterator().next()));
    }

    /**
     * That of a reservation.
     *
     * @throws ReservationException when there is no such shard
     */
    T of(UUID reservation) {
        int number = ReservationIds.shardOf(reservation);
        T shard = shards.get(number);
        if (shard == null) {
            throw new ReservationException(
                    reservation, "is of shard " + number + ", and there are " + shards.keySet() + " only");
        }
        return shard;
    }

    Collection<T> all() {
        return shards.values();
    }

    /** All of them by their numbers. */
    SortedMap<Integer, T> byNumber() {
        return shards;
    }

    int number(String resource) {
        long name = mixed(together(resource).hashCode());
        int best = shards.firstKey();
        long most = Long.MIN_VALUE;
        for (int number : shards.keySet()) {
            long weight = mixed(name + (number + 1) * GOLDEN_RATIO);
            if (weight > most) {
                most = weight;
                best = number;
            }
        }
        return best;
    }

    /** The part of a name that those have in common which are to be together. */
    private static String together(String resource) {
        int open = resource.indexOf('{');
        int close = open < 0 ? -1 : resource.indexOf('}', open);
        return close > open + 1 ? resource.substring(open + 1, close) : resource;
    }

    /** The finalizer of MurmurHash3 in Stafford's variant 13, as in {@link java.util.SplittableRandom}. */
    private static long mixed(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ (mixed >>> 31);
    }
}
