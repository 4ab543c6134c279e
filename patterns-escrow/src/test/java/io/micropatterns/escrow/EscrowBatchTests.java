package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What becomes of requests that share a batch. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscrowBatchTests {

    private final ReservationIds ids = new ReservationIds(Clock.systemUTC(), 0);
    private EscrowDatabase database;
    private JdbcEscrowStore store;
    private String bed;
    private String mattress;

    @BeforeAll
    void startDatabase() {
        database = new EscrowDatabase();
        store = database.store(0);
    }

    @AfterAll
    void stopDatabase() {
        database.close();
    }

    @BeforeEach
    void start() {
        String name = UUID.randomUUID().toString();
        bed = "bed-" + name;
        mattress = "mattress-" + name;
        database.resources().create(mattress, 100);
    }

    @AfterEach
    void addsUp() {
        assertThat(database.resources().verify()).isEmpty();
    }

    private NewReservation asked(ReservationRequest request) {
        return new NewReservation(ids.next(), request, Duration.ofMinutes(5));
    }

    private NewReservation bed(long quantity) {
        return asked(ReservationRequest.of(bed, quantity));
    }

    private static void assertRefused(ItemOutcome<Reservation> outcome) {
        assertThat(((ItemOutcome.Failure<Reservation>) outcome).cause()).isInstanceOf(InsufficientStockException.class);
    }

    private static void assertMade(ItemOutcome<Reservation> outcome) {
        assertThat(outcome).isInstanceOf(ItemOutcome.Success.class);
    }

    @Test
    void whoWantsSeveralResourcesIsServedInTurn() {
        database.resources().create(bed, 2);
        List<ItemOutcome<Reservation>> outcomes = store.reserve(
                List.of(bed(1), asked(ReservationRequest.of(bed, 1).and(mattress, 1)), bed(1)));
        assertMade(outcomes.get(0));
        assertMade(outcomes.get(1));
        assertRefused(outcomes.get(2));
    }

    @Test
    void oneThatFailsDoesNotFailThoseWhoHaveTheirsAlready() {
        database.resources().create(bed, 1);
        NewReservation last = bed(1);
        NewReservation poison =
                asked(ReservationRequest.of(bed, 1).and(mattress, 1).withId("poison"));
        JdbcEscrowStore refusing = database.store(0, events -> {
            if (events.stream().anyMatch(event -> event.quantities().containsKey(mattress))) {
                throw new IllegalStateException("full");
            }
        });
        NewReservation behind = asked(ReservationRequest.of(mattress, 1).and("no-" + mattress, 1));
        database.resources().topUp(bed, 1);
        List<ItemOutcome<Reservation>> outcomes = refusing.reserve(List.of(last, poison, behind));
        assertMade(outcomes.get(0));
        assertThat(((ItemOutcome.Failure<Reservation>) outcomes.get(1)).cause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("full");
        assertThat(((ItemOutcome.Failure<Reservation>) outcomes.get(2)).cause())
                .isInstanceOf(UnknownResourceException.class);
    }

    @Test
    void whatWasConfirmedOnceIsNotRefusedForOneThatFailsBehindIt() {
        database.resources().create(bed, 2);
        UUID first = ((ItemOutcome.Success<Reservation>)
                        store.reserve(List.of(bed(1))).get(0))
                .result()
                .id();
        UUID second = ((ItemOutcome.Success<Reservation>)
                        store.reserve(List.of(bed(1))).get(0))
                .result()
                .id();
        JdbcEscrowStore refusing = database.store(0, events -> {
            if (events.stream().anyMatch(ReservationEvent.Released.class::isInstance)) {
                throw new IllegalStateException("full");
            }
        });
        List<ItemOutcome<Reservation>> outcomes = refusing.settle(List.of(
                Settlement.confirmOnce(first),
                Settlement.confirm(second, Map.of(bed, 2L)),
                Settlement.release(second)));
        assertMade(outcomes.get(0));
        assertThat(((ItemOutcome.Failure<Reservation>) outcomes.get(1)).cause())
                .isInstanceOf(ReservationException.class);
        assertThat(((ItemOutcome.Failure<Reservation>) outcomes.get(2)).cause()).hasMessage("full");
        assertThat(store.find(second)).map(Reservation::state).contains(ReservationState.HELD);
    }

    @Test
    void whatWasMadeBeforeIsFoundAgainThoughNothingIsLeft() {
        database.resources().create(bed, 1);
        NewReservation last = bed(1);
        ItemOutcome<Reservation> first = store.reserve(List.of(last)).get(0);
        assertThat(store.reserve(List.of(last, bed(1))))
                .satisfiesExactly(again -> assertThat(again).isEqualTo(first), EscrowBatchTests::assertRefused);
    }

    @Test
    void whatIsAskedForTooMuchIsNotGathered() {
        database.resources().create(bed, 100, 2);
        AtomicInteger contended = new AtomicInteger();
        JdbcEscrowStore told = store.telling(new EscrowListener() {
            @Override
            public void contended(Contention kind) {
                contended.incrementAndGet();
            }
        });
        assertThat(told.reserve(List.of(bed(1_000_000), bed(1_000_000)))).allSatisfy(EscrowBatchTests::assertRefused);
        assertThat(contended).hasValue(0);
        assertThat(available()).containsExactly(50L, 50L);

        List<ItemOutcome<Reservation>> outcomes = told.reserve(List.of(bed(1_000_000), bed(60)));
        assertRefused(outcomes.get(0));
        assertMade(outcomes.get(1));
        assertThat(available()).containsExactly(0L, 40L);
    }

    private List<Long> available() {
        return database.jdbc()
                .queryForList(
                        "select available from patterns_escrow_stock where resource = ? order by available",
                        Long.class,
                        bed);
    }

    @Test
    void aRepeatedRequestInABatchOfNewOnesIsFoundAgain() {
        database.resources().create(bed, 50);
        NewReservation first = asked(ReservationRequest.of(bed, 1).withId("first of " + bed));
        ItemOutcome<Reservation> made = store.reserve(List.of(first)).get(0);
        List<NewReservation> batch = IntStream.range(0, 10)
                .mapToObj(i -> asked(ReservationRequest.of(bed, 1)
                        .withId(i == 5 ? "first of " + bed : "request " + i + " of " + bed)))
                .toList();
        List<ItemOutcome<Reservation>> outcomes = store.reserve(batch);
        assertThat(outcomes).allSatisfy(EscrowBatchTests::assertMade);
        assertThat(outcomes.get(5)).isEqualTo(made);
        assertThat(database.resources().find(bed))
                .hasValueSatisfying(is -> assertThat(is.held()).isEqualTo(10));
    }
}
