package io.micropatterns.escrow;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Each resource on its shard. What a resource has left on the one where it was before is counted in. */
final class ShardedEscrowResources implements EscrowResources {

    private final Shards<EscrowResources> shards;

    ShardedEscrowResources(Map<Integer, ? extends EscrowResources> shards) {
        this.shards = new Shards<>(shards);
    }

    @Override
    public Resource create(String name, long total, int stripes) {
        return shards.of(name).create(name, total, stripes);
    }

    @Override
    public Resource topUp(String name, long quantity) {
        return shards.of(name).topUp(name, quantity);
    }

    @Override
    public Resource reduce(String name, long quantity) {
        return shards.of(name).reduce(name, quantity);
    }

    @Override
    public Optional<Resource> find(String name) {
        return shards.all().stream().flatMap(shard -> shard.find(name).stream()).reduce(ShardedEscrowResources::sum);
    }

    @Override
    public List<Resource> findAll() {
        Map<String, Resource> sums = new TreeMap<>();
        shards.all()
                .forEach(shard -> shard.findAll()
                        .forEach(resource -> sums.merge(resource.name(), resource, ShardedEscrowResources::sum)));
        return List.copyOf(sums.values());
    }

    @Override
    public List<Resource> findAll(String prefix, @Nullable String after, int limit) {
        Map<String, Resource> sums = new TreeMap<>(ShardedEscrowResources::compareBytes);
        shards.all()
                .forEach(shard -> shard.findAll(prefix, after, limit)
                        .forEach(resource -> sums.merge(resource.name(), resource, ShardedEscrowResources::sum)));
        return sums.values().stream().limit(limit).toList();
    }

    private static int compareBytes(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static Resource sum(Resource one, Resource other) {
        return new Resource(
                one.name(),
                one.total() + other.total(),
                one.available() + other.available(),
                one.held() + other.held(),
                one.consumed() + other.consumed(),
                one.stripes() + other.stripes());
    }

    @Override
    public List<Discrepancy> verify() {
        return shards.byNumber().entrySet().stream()
                .flatMap(shard ->
                        Stream.concat(shard.getValue().verify().stream(), misplaced(shard.getKey(), shard.getValue())))
                .sorted(Comparator.comparing(Discrepancy::resource).thenComparing(Discrepancy::stripe))
                .toList();
    }

    private Stream<Discrepancy> misplaced(int number, EscrowResources shard) {
        return shard.findAll().stream()
                .filter(resource -> resource.available() > 0 && shards.number(resource.name()) != number)
                .map(resource -> new Discrepancy(
                        resource.name(),
                        0,
                        resource.available() + " are available on shard " + number
                                + ", where nobody looks for them; its shard is " + shards.number(resource.name())));
    }
}
