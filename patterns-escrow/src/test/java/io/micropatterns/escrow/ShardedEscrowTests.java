package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShardedEscrowTests {

    private final SortedMap<Integer, EscrowDatabase> databases = new TreeMap<>();
    private Escrow escrow;
    private EscrowResources resources;

    @BeforeEach
    void open() {
        open(0, 1, 2);
    }

    private void open(int... numbers) {
        Map<Integer, Escrow> escrows = new TreeMap<>();
        Map<Integer, EscrowResources> each = new TreeMap<>();
        for (int number : numbers) {
            EscrowDatabase database = databases.computeIfAbsent(number, n -> new EscrowDatabase());
            escrows.put(number, Escrow.builder(database.store(0)).shard(number).build());
            each.put(number, database.resources());
        }
        escrow = Escrow.sharded(escrows);
        resources = EscrowResources.sharded(each);
    }

    @AfterEach
    void close() {
        escrow.close();
        databases.values().forEach(EscrowDatabase::close);
    }

    @Test
    void everyReservationIsOnTheShardOfItsResourceAndFoundByItsId() {
        List<Reservation> held = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            resources.create("sku-" + i, 10);
            held.add(escrow.reserve("sku-" + i, 4));
        }
        assertThat(databases.values())
                .allSatisfy(
                        database -> assertThat(database.resources().findAll()).hasSizeBetween(3, 20));

        escrow.confirm(held.get(0).id());
        escrow.confirm(held.get(1).id(), Map.of("sku-1", 1L));
        escrow.release(held.get(2).id());
        escrow.extend(held.get(3).id(), Duration.ofHours(1));

        assertThat(held.stream()
                        .limit(4)
                        .map(each -> escrow.find(each.id()).orElseThrow().state()))
                .containsExactly(
                        ReservationState.CONFIRMED,
                        ReservationState.CONFIRMED,
                        ReservationState.RELEASED,
                        ReservationState.HELD);
        assertThat(resources.find("sku-1")).contains(new Resource("sku-1", 10, 9, 0, 1, 1));
        assertThat(resources.topUp("sku-5", 3).total()).isEqualTo(13);
        assertThat(resources.reduce("sku-5", 9).available()).isZero();
        assertThat(resources.findAll()).hasSize(30).extracting(Resource::name).isSorted();
        assertThat(resources.verify()).isEmpty();
    }

    @Test
    void whatIsOnSeveralShardsCannotBeReservedTogether() {
        resources.create("sku-0", 10);
        resources.create("sku-1", 10);
        resources.create("sku-2", 10);
        ReservationRequest request =
                ReservationRequest.of("sku-0", 1).and("sku-1", 1).and("sku-2", 1);

        assertThatExceptionOfType(SeveralShardsException.class)
                .isThrownBy(() -> escrow.reserve(request))
                .withMessageContaining("sku-0")
                .withMessageContaining("{bed}");
        assertThat(escrow.reserveAsync(request))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(SeveralShardsException.class);
        assertThat(resources.findAll()).allMatch(resource -> resource.held() == 0);
    }

    @Test
    void whatHasAPartOfItsNamesInCommonCanBe() {
        for (int i = 0; i < 10; i++) {
            resources.create("{bed-" + i + "}-frame", 2);
            resources.create("{bed-" + i + "}-mattress", 2);
            Reservation both = escrow.reserve(
                    ReservationRequest.of("{bed-" + i + "}-frame", 1).and("{bed-" + i + "}-mattress", 2));
            assertThat(escrow.find(both.id())).contains(both);
        }
    }

    @Test
    void aTransactionOfTheResourcesDatabaseIsJoined() {
        resources.create("sku-0", 10);
        EscrowDatabase database = databases.values().stream()
                .filter(each -> each.resources().find("sku-0").isPresent())
                .findFirst()
                .orElseThrow();

        database.transaction().executeWithoutResult(status -> {
            escrow.reserve("sku-0", 1);
            status.setRollbackOnly();
        });

        assertThat(resources.find("sku-0").orElseThrow().held()).isZero();
    }

    @Test
    void afterOneMoreShardWhatIsHeldIsSettledWhereItIsAndWhatIsLeftThereIsTold() {
        List<Reservation> held = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            resources.create("sku-" + i, 10);
            held.add(escrow.reserve("sku-" + i, 4));
        }
        escrow.close();

        open(0, 1, 2, 3);

        held.forEach(each -> escrow.confirm(each.id()));
        List<EscrowResources.Discrepancy> left = resources.verify();
        assertThat(left).isNotEmpty().allSatisfy(each -> assertThat(each.what()).contains("its shard is 3"));

        for (EscrowResources.Discrepancy each : left) {
            EscrowResources before = databases.values().stream()
                    .map(EscrowDatabase::resources)
                    .filter(shard -> shard.find(each.resource()).isPresent())
                    .findFirst()
                    .orElseThrow();
            before.reduce(each.resource(), 6);
            resources.create(each.resource(), 6);
        }

        assertThat(resources.verify()).isEmpty();
        assertThat(resources.findAll())
                .hasSize(40)
                .allMatch(resource -> resource.available() == 6 && resource.consumed() == 4);
        left.forEach(each -> escrow.reserve(each.resource(), 6));
    }

    @Test
    void resourcesOfAllShardsAreReadPageByPage() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            names.add("%s%02d".formatted(i % 2 == 0 ? "b" : "B", i));
            resources.create(names.get(i), 1);
        }
        names.sort(null);
        List<String> read = new ArrayList<>();
        List<Resource> page = resources.findAll("", null, 10);
        while (!page.isEmpty()) {
            page.forEach(resource -> read.add(resource.name()));
            page = resources.findAll("", read.get(read.size() - 1), 10);
        }
        assertThat(read).isEqualTo(names);
        assertThat(resources.findAll("b", null, 100)).hasSize(13);
    }
}
