package io.micropatterns.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventIdsTests {

    @Test
    void areUuidsOfVersionSevenThatTellTheirMillisecond() {
        long before = System.currentTimeMillis();
        UUID id = EventIds.next();
        long after = System.currentTimeMillis();
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isBetween(before, after);
    }

    @Test
    void areUniqueWhicheverThreadMakesThem() {
        Set<UUID> ids = IntStream.range(0, 1_000_000)
                .parallel()
                .mapToObj(i -> EventIds.next())
                .collect(Collectors.toSet());
        assertThat(ids).hasSize(1_000_000);
    }

    @Test
    void useEachBitThatIsRandom() {
        List<UUID> ids =
                IntStream.range(0, 1_000).mapToObj(i -> EventIds.next()).toList();
        long high = ids.stream().mapToLong(UUID::getMostSignificantBits).reduce(0, (a, b) -> a | b);
        long low = ids.stream().mapToLong(UUID::getLeastSignificantBits).reduce(0, (a, b) -> a | b);
        assertThat(high & 0xfff).isEqualTo(0xfff);
        assertThat(low | 0x4000_0000_0000_0000L).isEqualTo(-1L);
    }
}
