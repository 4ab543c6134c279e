package io.micropatterns.escrow.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.EscrowException;
import io.micropatterns.escrow.EscrowResources;
import io.micropatterns.escrow.EscrowStore;
import io.micropatterns.escrow.InsufficientStockException;
import io.micropatterns.escrow.NewReservation;
import io.micropatterns.escrow.Reservation;
import io.micropatterns.escrow.ReservationException;
import io.micropatterns.escrow.ReservationExpiredException;
import io.micropatterns.escrow.ReservationRequest;
import io.micropatterns.escrow.ReservationState;
import io.micropatterns.escrow.Resource;
import io.micropatterns.escrow.Settlement;
import io.micropatterns.escrow.UnknownResourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** What every {@link EscrowStore} must do. A subclass for each implementation says how to make one. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test
public abstract class EscrowStoreContract {

    private static final Duration TIME = Duration.ofMinutes(5);

    private EscrowStore store;
    private EscrowResources resources;
    private TransactionOperations transaction;

    /** A store without any resource, which nobody else has; called once a test, before the other methods. */
    protected abstract EscrowStore newStore();

    /** What the store reserves of. */
    protected abstract EscrowResources resources();

    /** Opens the transactions that the store joins. */
    protected abstract TransactionOperations transaction();

    /** Lets the time of a reservation have been over for a second; never called within a transaction. */
    protected abstract void letExpire(UUID reservation);

    @BeforeEach
    final void stock() {
        store = newStore();
        resources = resources();
        transaction = transaction();
        resources.create("bed", 10);
        resources.create("lamp", 4, 2);
    }

    @Test
    void reservesInTheirOrderAndTellsTheOutcomeOfEach() {
        List<ItemOutcome<Reservation>> outcomes =
                store.reserve(List.of(wanted("bed", 7), wanted("lamp", 1), wanted("bed", 4), wanted("bed", 3)));

        assertThat(outcomes).hasSize(4);
        assertThat(result(outcomes.get(0)).quantities()).isEqualTo(Map.of("bed", 7L));
        assertThat(result(outcomes.get(0)).state()).isEqualTo(ReservationState.HELD);
        assertThat(result(outcomes.get(1)).quantities()).isEqualTo(Map.of("lamp", 1L));
        assertThat(failure(outcomes.get(2))).isInstanceOf(InsufficientStockException.class);
        assertThat(result(outcomes.get(3)).quantities()).isEqualTo(Map.of("bed", 3L));
        assertStock("bed", 0, 10, 0);
        assertStock("lamp", 3, 1, 0);
    }

    @Test
    void eachIsHeldAsLongAsItAskedFor() {
        Duration longer = TIME.plusMillis(1_234);
        NewReservation bed = wanted("bed", 2);
        NewReservation longerBed = new NewReservation(newId(), ReservationRequest.of("bed", 3), longer);
        for (List<NewReservation> batch :
                List.of(List.of(bed, wanted("bed", 1)), List.of(longerBed, wanted("bed", 1), wanted("bed", 1)))) {
            for (ItemOutcome<Reservation> outcome : store.reserve(batch)) {
                Reservation made = result(outcome);
                assertThat(store.find(made.id())).contains(made);
            }
        }
        Reservation shorter = store.find(bed.id()).orElseThrow();
        assertThat(store.find(longerBed.id()).orElseThrow().expiresAt())
                .isAfter(shorter.expiresAt().plusMillis(1_234));
        assertStock("bed", 2, 8, 0);
    }

    @Test
    void refusesWhatThereIsTooLittleOfAndWhatIsUnknown() {
        List<ItemOutcome<Reservation>> outcomes =
                store.reserve(List.of(wanted("bed", 11), wanted("nothing", 1), wanted("lamp", 5)));

        assertThat(failure(outcomes.get(0))).isInstanceOfSatisfying(InsufficientStockException.class, e -> {
            assertThat(e.resource()).isEqualTo("bed");
            assertThat(e.requested()).isEqualTo(11);
            assertThat(e.available()).isEqualTo(10);
        });
        assertThat(failure(outcomes.get(1)))
                .isInstanceOfSatisfying(
                        UnknownResourceException.class,
                        e -> assertThat(e.resource()).isEqualTo("nothing"));
        assertThat(failure(outcomes.get(2))).isInstanceOf(InsufficientStockException.class);
        assertStock("bed", 10, 0, 0);
        assertStock("lamp", 4, 0, 0);
    }

    @Test
    void reservesSeveralResourcesTogetherOrNone() {
        ReservationRequest tooMuch = ReservationRequest.of("bed", 1).and("lamp", 5);
        ReservationRequest enough = ReservationRequest.of("bed", 10).and("lamp", 4);

        List<ItemOutcome<Reservation>> outcomes = store.reserve(List.of(wanted(tooMuch), wanted(enough)));

        assertThat(failure(outcomes.get(0)))
                .isInstanceOfSatisfying(
                        InsufficientStockException.class,
                        e -> assertThat(e.resource()).isEqualTo("lamp"));
        assertThat(result(outcomes.get(1)).quantities()).isEqualTo(Map.of("bed", 10L, "lamp", 4L));
        assertStock("bed", 0, 10, 0);
        assertStock("lamp", 0, 4, 0);
    }

    @Test
    void answersARepeatedIdWithWhatWasMadeThen() {
        NewReservation one = wanted("bed", 2);
        NewReservation several = wanted(ReservationRequest.of("bed", 1).and("lamp", 1));
        Reservation first = reserve(one);
        Reservation firstOfSeveral = reserve(several);

        assertThat(reserve(one)).isEqualTo(first);
        assertThat(reserve(several)).isEqualTo(firstOfSeveral);
        assertStock("bed", 7, 3, 0);
    }

    @Test
    void answersARepeatedRequestWithWhatWasMadeThen() {
        ReservationRequest request = ReservationRequest.of("bed", 2).withId("order-1");
        List<ItemOutcome<Reservation>> both = store.reserve(List.of(wanted(request), wanted(request)));
        Reservation first = result(both.get(0));

        assertThat(result(both.get(1))).isEqualTo(first);
        assertThat(reserve(wanted(request))).isEqualTo(first);
        settle(Settlement.confirm(first.id()));
        assertThat(reserve(wanted(request)).state()).isEqualTo(ReservationState.CONFIRMED);
        assertThat(failure(store.reserve(
                                List.of(wanted(ReservationRequest.of("bed", 3).withId("order-1"))))
                        .get(0)))
                .isInstanceOf(EscrowException.class)
                .hasMessageContaining("order-1");
        assertStock("bed", 8, 0, 2);
    }

    @Test
    void forgetsTheRequestOfWhatIsOverAndWasNotConfirmed() {
        ReservationRequest request =
                ReservationRequest.of("bed", 2).and("lamp", 1).withId("order-4");
        UUID released = reserve(wanted(request)).id();
        assertThat(store.forgetRequest(released)).as("held").isFalse();
        settle(Settlement.release(released));
        assertThat(store.forgetRequest(released)).isTrue();
        assertThat(store.forgetRequest(released)).as("repeated").isTrue();

        UUID late = reserve(wanted(request)).id();
        assertThat(late).isNotEqualTo(released);
        letExpire(late);
        assertThat(store.forgetRequest(late)).isTrue();
        assertThat(store.find(late)).map(Reservation::state).contains(ReservationState.EXPIRED);

        UUID confirmed = reserve(wanted(request)).id();
        assertThat(confirmed).isNotEqualTo(late);
        settle(Settlement.confirm(confirmed));
        letExpire(confirmed);
        assertThat(store.forgetRequest(confirmed)).as("confirmed").isFalse();
        assertThat(reserve(wanted(request)).id()).isEqualTo(confirmed);
        assertThat(store.forgetRequest(UUID.randomUUID())).as("unknown").isFalse();
        assertStock("bed", 8, 0, 2);
        assertStock("lamp", 3, 0, 1);
    }

    @Test
    void settlesInOneCallAndTellsTheOutcomeOfEach() {
        Reservation confirmed = reserve(wanted("bed", 2));
        Reservation inPart = reserve(wanted(ReservationRequest.of("bed", 2).and("lamp", 2)));
        Reservation released = reserve(wanted("bed", 1));
        Reservation late = reserve(wanted("lamp", 1));
        letExpire(late.id());

        List<ItemOutcome<Reservation>> outcomes = store.settle(List.of(
                Settlement.confirm(confirmed.id()),
                Settlement.confirm(inPart.id(), Map.of("bed", 1L)),
                Settlement.release(released.id()),
                Settlement.confirm(late.id()),
                Settlement.confirm(UUID.randomUUID())));

        assertThat(result(outcomes.get(0)).confirmed()).isEqualTo(Map.of("bed", 2L));
        assertThat(result(outcomes.get(1)).confirmed()).isEqualTo(Map.of("bed", 1L, "lamp", 0L));
        assertThat(result(outcomes.get(2)).state()).isEqualTo(ReservationState.RELEASED);
        assertThat(failure(outcomes.get(3))).isInstanceOf(ReservationExpiredException.class);
        assertThat(failure(outcomes.get(4))).isInstanceOf(ReservationException.class);
        assertStock("bed", 7, 0, 3);
        assertStock("lamp", 3, 1, 0);
    }

    @Test
    void aReservationEndsOnceAndItsEndCanBeRepeated() {
        UUID confirmed = reserve(wanted("bed", 2)).id();
        UUID released = reserve(wanted("bed", 1)).id();
        Reservation first = settle(Settlement.confirm(confirmed));
        settle(Settlement.release(released));

        assertThat(settle(Settlement.confirm(confirmed))).isEqualTo(first);
        assertThat(settle(Settlement.confirm(confirmed, Map.of("bed", 2L)))).isEqualTo(first);
        assertThat(settle(Settlement.release(released)).state()).isEqualTo(ReservationState.RELEASED);
        assertRefused(Settlement.confirm(confirmed, Map.of("bed", 1L)));
        assertRefused(Settlement.release(confirmed));
        assertRefused(Settlement.confirm(released));
        assertStock("bed", 8, 0, 2);
    }

    @Test
    void whatIsToBeConfirmedOnceIsRefusedWhereItWasConfirmed() {
        UUID id = reserve(wanted("bed", 2)).id();
        UUID other = reserve(wanted("bed", 1)).id();

        List<ItemOutcome<Reservation>> outcomes = store.settle(
                List.of(Settlement.confirmOnce(id), Settlement.confirmOnce(id), Settlement.confirmOnce(other)));

        assertThat(result(outcomes.get(0)).confirmed()).isEqualTo(Map.of("bed", 2L));
        assertThat(failure(outcomes.get(1)))
                .isInstanceOf(ReservationException.class)
                .hasMessageEndingWith("was confirmed by another call");
        assertThat(result(outcomes.get(2)).confirmed()).isEqualTo(Map.of("bed", 1L));
        assertRefused(Settlement.confirmOnce(id));
        assertThat(settle(Settlement.confirm(id))).isEqualTo(result(outcomes.get(0)));
        assertStock("bed", 7, 0, 3);
    }

    @Test
    void confirmsNoMoreThanIsHeld() {
        UUID id = reserve(wanted("bed", 2)).id();

        assertRefused(Settlement.confirm(id, Map.of("bed", 3L)));
        assertRefused(Settlement.confirm(id, Map.of("lamp", 1L)));
        assertStock("bed", 8, 2, 0);
    }

    @Test
    void extendsWhatIsHeldAndNothingElse() {
        Reservation held = reserve(wanted("bed", 1));
        UUID late = reserve(wanted("bed", 1)).id();
        letExpire(late);

        Reservation extended = store.extend(held.id(), TIME.multipliedBy(2));
        assertThat(extended.expiresAt()).isAfter(held.expiresAt().plus(TIME.dividedBy(2)));
        assertThat(store.find(held.id())).contains(extended);
        assertThatExceptionOfType(ReservationExpiredException.class).isThrownBy(() -> store.extend(late, TIME));
        settle(Settlement.release(held.id()));
        assertThatExceptionOfType(ReservationException.class).isThrownBy(() -> store.extend(held.id(), TIME));
        assertThatExceptionOfType(ReservationException.class).isThrownBy(() -> store.extend(UUID.randomUUID(), TIME));
    }

    @Test
    void findsWhatThereIs() {
        Reservation made =
                reserve(wanted(ReservationRequest.of("bed", 1).and("lamp", 2).withId("order-2")));

        assertThat(store.find(made.id())).contains(made);
        assertThat(made.requestId()).isEqualTo("order-2");
        assertThat(store.find(UUID.randomUUID())).isEmpty();
    }

    @Test
    void endsWhatIsLateAndNoMoreAtOnceThanTheLimit() {
        List<UUID> late = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            late.add(reserve(wanted(ReservationRequest.of("bed", 1).and("lamp", 1)))
                    .id());
        }
        Reservation held = reserve(wanted("bed", 1));
        UUID settled = reserve(wanted("bed", 1)).id();
        late.forEach(this::letExpire);
        settle(Settlement.confirm(settled));
        letExpire(settled);

        assertThat(store.expire(2)).isEqualTo(2);
        assertThat(store.expire(2)).isEqualTo(1);
        assertThat(store.expire(2)).isZero();
        assertThat(late)
                .allSatisfy(
                        id -> assertThat(store.find(id).orElseThrow().state()).isEqualTo(ReservationState.EXPIRED));
        assertThat(failure(
                        store.settle(List.of(Settlement.confirm(late.get(0)))).get(0)))
                .isInstanceOf(ReservationExpiredException.class);
        assertThat(store.find(held.id())).contains(held);
        assertStock("bed", 8, 1, 1);
        assertStock("lamp", 4, 0, 0);
    }

    @Test
    void forgetsWhatHasEndedLongAgoAndKeepsTheSums() {
        ReservationRequest request = ReservationRequest.of("bed", 3).withId("order-3");
        UUID confirmed = reserve(wanted(request)).id();
        UUID released = reserve(wanted("bed", 1)).id();
        UUID held = reserve(wanted("bed", 1)).id();
        UUID recent = reserve(wanted("bed", 1)).id();
        settle(Settlement.confirm(confirmed, Map.of("bed", 2L)));
        settle(Settlement.release(released));
        settle(Settlement.confirm(recent));
        List.of(confirmed, released, held).forEach(this::letExpire);

        assertThat(store.purge(Duration.ofDays(1), 10)).isZero();
        assertThat(store.purge(Duration.ofMillis(1), 1)).isEqualTo(1);
        assertThat(store.purge(Duration.ofMillis(1), 10)).isEqualTo(1);
        assertThat(store.find(confirmed)).isEmpty();
        assertThat(store.find(released)).isEmpty();
        assertThat(store.find(held)).isPresent();
        assertThat(store.find(recent)).isPresent();
        assertStock("bed", 6, 1, 3);
        assertThat(reserve(wanted(request)).id())
                .as("its id is a new one again")
                .isNotEqualTo(confirmed);
    }

    @Test
    void joinsATransactionWhoseRollbackLeavesNothing() {
        UUID before = reserve(wanted("bed", 1)).id();
        assertThat(store.joinsTransaction()).isFalse();
        UUID[] made = new UUID[1];

        transaction.executeWithoutResult(status -> {
            assertThat(store.joinsTransaction()).isTrue();
            made[0] = reserve(wanted("bed", 2)).id();
            settle(Settlement.confirm(before));
            assertThat(store.find(made[0])).isPresent();
            status.setRollbackOnly();
        });

        assertThat(store.find(made[0])).isEmpty();
        assertThat(store.find(before).orElseThrow().state()).isEqualTo(ReservationState.HELD);
        assertStock("bed", 9, 1, 0);
    }

    @Test
    void joinsATransactionWhoseCommitIsSeenByAllAndNotBefore() {
        UUID[] made = new UUID[1];
        transaction.executeWithoutResult(status -> {
            made[0] = reserve(wanted("bed", 2)).id();
            assertThat(failure(store.reserve(List.of(wanted("bed", 9))).get(0)))
                    .as("which does not end the transaction")
                    .isInstanceOf(InsufficientStockException.class);
            assertThat(CompletableFuture.supplyAsync(() -> store.find(made[0])).join())
                    .isEmpty();
        });

        assertThat(store.find(made[0])).isPresent();
        assertStock("bed", 8, 2, 0);
    }

    private static NewReservation wanted(String resource, long quantity) {
        return wanted(ReservationRequest.of(resource, quantity));
    }

    private static NewReservation wanted(ReservationRequest request) {
        return new NewReservation(newId(), request, TIME);
    }

    /** Of version 7, as all that a store is given. */
    private static UUID newId() {
        UUID random = UUID.randomUUID();
        long high = (Instant.now().toEpochMilli() << 16) | 0x7000 | (random.getMostSignificantBits() & 0xFFF);
        return new UUID(high, random.getLeastSignificantBits());
    }

    private Reservation reserve(NewReservation wanted) {
        return result(store.reserve(List.of(wanted)).get(0));
    }

    private Reservation settle(Settlement settlement) {
        return result(store.settle(List.of(settlement)).get(0));
    }

    private void assertRefused(Settlement settlement) {
        assertThat(failure(store.settle(List.of(settlement)).get(0))).isInstanceOf(ReservationException.class);
    }

    private static Reservation result(ItemOutcome<Reservation> outcome) {
        assertThat(outcome).isInstanceOf(ItemOutcome.Success.class);
        return ((ItemOutcome.Success<Reservation>) outcome).result();
    }

    private static Throwable failure(ItemOutcome<Reservation> outcome) {
        assertThat(outcome).isInstanceOf(ItemOutcome.Failure.class);
        return ((ItemOutcome.Failure<Reservation>) outcome).cause();
    }

    private void assertStock(String name, long available, long held, long consumed) {
        Resource resource = resources.find(name).orElseThrow();
        assertThat(List.of(resource.available(), resource.held(), resource.consumed()))
                .as("available, held and consumed of %s", name)
                .containsExactly(available, held, consumed);
        assertThat(resources.verify()).isEmpty();
    }
}
