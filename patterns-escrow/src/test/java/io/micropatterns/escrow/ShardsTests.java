package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardsTests {

    private static final List<String> NAMES =
            IntStream.range(0, 100_000).mapToObj(i -> "sku-" + i).toList();

    @Test
    void eachShardHasItsPartOfTheResources() {
        Shards<Integer> shards = shards(0, 1, 2, 3);
        Map<Integer, Long> counts =
                NAMES.stream().collect(Collectors.groupingBy(shards::number, Collectors.counting()));
        assertThat(counts)
                .hasSize(4)
                .allSatisfy((shard, count) -> assertThat(count).isBetween(24_000L, 26_000L));
    }

    @Test
    void oneMoreShardTakesItsPartOfAllAndMovesNothingElse() {
        Shards<Integer> before = shards(0, 1, 2, 3);
        Shards<Integer> after = shards(0, 1, 2, 3, 9);
        List<String> moved = NAMES.stream()
                .filter(name -> before.number(name) != after.number(name))
                .toList();
        assertThat(moved).hasSizeBetween(19_000, 21_000).allMatch(name -> after.number(name) == 9);
    }

    @Test
    void placesStayForEver() {
        Shards<Integer> shards = shards(0, 1, 2, 3);
        assertThat(IntStream.range(0, 12).map(i -> shards.number("sku-" + i)))
                .as("what is stored lies there")
                .containsExactly(2, 3, 3, 0, 2, 2, 0, 3, 0, 3, 0, 0);
    }

    @Test
    void namesWithAPartInBracesAreTogether() {
        Shards<Integer> shards = shards(0, 1, 2, 3, 4, 5, 6, 7);
        Set<Integer> places = IntStream.range(0, 1_000)
                .mapToObj(i -> shards.number("{bed-" + i % 10 + "}-part-" + i))
                .collect(Collectors.toSet());
        assertThat(places).hasSizeLessThanOrEqualTo(10);
        assertThat(shards.number("{bed}-frame"))
                .isEqualTo(shards.number("mattress-of-{bed}"))
                .isEqualTo(shards.number("bed"));
        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> shards.number("{}" + i))
                        .distinct())
                .as("nothing in braces is nothing in common")
                .hasSizeGreaterThan(1);
    }

    @Test
    void idsTellTheirShard() {
        for (int shard : new int[] {0, 1, 77, 255}) {
            ReservationIds ids = new ReservationIds(Clock.systemUTC(), shard);
            for (int i = 0; i < 1_000; i++) {
                UUID id = ids.next();
                assertThat(ReservationIds.shardOf(id)).isEqualTo(shard);
                assertThat(id.version()).isEqualTo(7);
                assertThat(id.variant()).isEqualTo(2);
            }
        }
    }

    @Test
    void aReservationOfAnUnknownShardIsRefused() {
        UUID foreign = new ReservationIds(Clock.systemUTC(), 7).next();
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> shards(0, 1).of(foreign))
                .withMessageContaining("shard 7")
                .withMessageContaining("[0, 1]");
    }

    @Test
    void numbersAreChecked() {
        assertThatIllegalArgumentException().isThrownBy(() -> shards(0, 256)).withMessageContaining("256");
        assertThatIllegalArgumentException().isThrownBy(() -> shards(-1)).withMessageContaining("-1");
        assertThatIllegalArgumentException().isThrownBy(ShardsTests::shards).withMessageContaining("one shard");
    }

    private static Shards<Integer> shards(Integer... numbers) {
        return new Shards<>(Arrays.stream(numbers)
                .collect(Collectors.toMap(Function.identity(), Function.identity(), (a, b) -> a, TreeMap::new)));
    }
}
