package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/** What the escrow promises, for callers that are gathered and for callers that are joined. */
@ParameterizedClass
@ValueSource(booleans = {true, false})
@SuppressWarnings("NullAway.Init")
class EscrowTests {

    private static EscrowDatabase database;

    private final boolean joined;
    private final String item = "item-" + UUID.randomUUID();
    private final String other = "other-" + UUID.randomUUID();
    private Escrow escrow;
    private EscrowResources resources;
    private TransactionTemplate transactions;
    private TransactionStatus transaction;

    EscrowTests(boolean joined) {
        this.joined = joined;
    }

    @BeforeAll
    static void startDatabase() {
        database = new EscrowDatabase();
    }

    @AfterAll
    static void stopDatabase() {
        database.close();
    }

    @BeforeEach
    void start() {
        escrow = Escrow.builder(database.store(0)).build();
        resources = database.resources();
        transactions = database.transaction();
        if (joined) {
            transaction =
                    Objects.requireNonNull(transactions.getTransactionManager()).getTransaction(transactions);
        }
        resources.create(item, 10);
        resources.create(other, 3, 2);
    }

    @AfterEach
    void verify() {
        try {
            assertThat(resources.verify()).isEmpty();
        } finally {
            if (joined) {
                Objects.requireNonNull(transactions.getTransactionManager()).rollback(transaction);
            }
            escrow.close();
        }
    }

    @Test
    void holdsWhatIsReserved() {
        Instant before = Instant.now();
        Reservation reservation = escrow.reserve(item, 3);
        assertThat(reservation.quantities()).containsExactly(Map.entry(item, 3L));
        assertThat(reservation.state()).isEqualTo(ReservationState.HELD);
        assertThat(reservation.expiresAt())
                .isBetween(before.plusSeconds(295), Instant.now().plusSeconds(305));
        assertThat(escrow.find(reservation.id())).contains(reservation);
        assertStock(item, 7, 3, 0);
    }

    @Test
    void refusesWhatThereIsNotEnoughOf() {
        escrow.reserve(item, 8);
        assertThatExceptionOfType(InsufficientStockException.class)
                .isThrownBy(() -> escrow.reserve(item, 3))
                .satisfies(e -> {
                    assertThat(e.resource()).isEqualTo(item);
                    assertThat(e.requested()).isEqualTo(3);
                    assertThat(e.available()).isEqualTo(2);
                });
        assertThat(escrow.reserve(item, 2)).isNotNull();
        assertStock(item, 0, 10, 0);
    }

    @Test
    void knowsNoOtherResources() {
        assertThatExceptionOfType(UnknownResourceException.class)
                .isThrownBy(() -> escrow.reserve("nothing", 1))
                .withMessageContaining("'nothing'");
        assertThatExceptionOfType(UnknownResourceException.class)
                .isThrownBy(() -> escrow.reserve(ReservationRequest.of(item, 1).and("nothing", 1)));
        assertStock(item, 10, 0, 0);
    }

    @Test
    void confirmingConsumes() {
        UUID id = escrow.reserve(item, 3).id();
        Reservation confirmed = escrow.confirm(id);
        assertThat(confirmed.state()).isEqualTo(ReservationState.CONFIRMED);
        assertThat(confirmed.confirmed()).containsExactly(Map.entry(item, 3L));
        assertThat(escrow.confirm(id)).isEqualTo(confirmed);
        assertThat(escrow.find(id)).contains(confirmed);
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> escrow.release(id))
                .withMessageContaining("was confirmed");
        assertStock(item, 7, 0, 3);
    }

    @Test
    void confirmingAPartReleasesTheRest() {
        UUID id = escrow.reserve(ReservationRequest.of(item, 3).and(other, 2)).id();
        Reservation confirmed = escrow.confirm(id, Map.of(item, 1L));
        assertThat(confirmed.confirmed()).containsOnly(Map.entry(item, 1L), Map.entry(other, 0L));
        assertThat(escrow.confirm(id, Map.of(item, 1L))).isEqualTo(confirmed);
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> escrow.confirm(id, Map.of(item, 2L)))
                .withMessageContaining("was confirmed, with");
        assertStock(item, 9, 0, 1);
        assertStock(other, 3, 0, 0);
    }

    @Test
    void confirmsNoMoreThanIsHeld() {
        UUID id = escrow.reserve(item, 3).id();
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> escrow.confirm(id, Map.of(item, 4L)))
                .withMessageContaining("holds {" + item + "=3}");
        assertThatExceptionOfType(ReservationException.class).isThrownBy(() -> escrow.confirm(id, Map.of(other, 1L)));
        assertThatExceptionOfType(ReservationException.class).isThrownBy(() -> escrow.confirm(id, Map.of(item, -1L)));
        assertStock(item, 7, 3, 0);
    }

    @Test
    void releasingGivesBack() {
        UUID id = escrow.reserve(item, 3).id();
        assertThat(escrow.release(id).state()).isEqualTo(ReservationState.RELEASED);
        assertThat(escrow.release(id).state()).isEqualTo(ReservationState.RELEASED);
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> escrow.confirm(id))
                .withMessageContaining("was released");
        assertStock(item, 10, 0, 0);
    }

    @Test
    void knowsNoOtherReservations() {
        UUID id = UUID.randomUUID();
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> escrow.confirm(id))
                .withMessageContaining(id.toString())
                .withMessageContaining("does not exist");
        assertThatExceptionOfType(ReservationException.class).isThrownBy(() -> escrow.release(id));
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> escrow.extend(id, Duration.ofSeconds(1)));
        assertThat(escrow.find(id)).isEmpty();
    }

    @Test
    void aRepeatedRequestGetsWhatTheFirstOneMade() {
        ReservationRequest request = ReservationRequest.of(item, 6).withId("request-" + item);
        Reservation first = escrow.reserve(request);
        assertThat(escrow.reserve(request)).isEqualTo(first);
        assertThat(escrow.reserve(request.heldFor(Duration.ofDays(1)))).isEqualTo(first);
        assertThatExceptionOfType(EscrowException.class)
                .isThrownBy(() -> escrow.reserve(ReservationRequest.of(item, 1).withId("request-" + item)))
                .withMessageContaining("request-" + item)
                .withMessageContaining(first.id().toString());
        escrow.confirm(first.id());
        assertThat(escrow.reserve(request).state()).isEqualTo(ReservationState.CONFIRMED);
        assertStock(item, 4, 0, 6);
    }

    @Test
    void aRepeatedRequestForSeveralResourcesGetsWhatTheFirstOneMade() {
        ReservationRequest request =
                ReservationRequest.of(item, 6).and(other, 3).withId("request-" + item);
        Reservation first = escrow.reserve(request);
        assertThat(escrow.reserve(request)).isEqualTo(first);
        assertStock(item, 4, 6, 0);
        assertStock(other, 0, 3, 0);
    }

    @Test
    void severalResourcesAreReservedTogetherOrNotAtAll() {
        assertThatExceptionOfType(InsufficientStockException.class)
                .isThrownBy(() -> escrow.reserve(ReservationRequest.of(item, 1).and(other, 4)))
                .satisfies(e -> assertThat(e.resource()).isEqualTo(other))
                .satisfies(e -> assertThat(e.available()).isEqualTo(3));
        assertStock(item, 10, 0, 0);
        Reservation both = escrow.reserve(ReservationRequest.of(item, 10).and(other, 3));
        assertThat(both.quantities()).containsOnly(Map.entry(item, 10L), Map.entry(other, 3L));
        assertStock(item, 0, 10, 0);
        assertStock(other, 0, 3, 0);
        escrow.release(both.id());
        assertStock(other, 3, 0, 0);
    }

    @Test
    void whatIsLateIsRefusedBeforeItIsSweptUpAndAfter() {
        UUID id = escrow.reserve(ReservationRequest.of(item, 3).and(other, 1)).id();
        database.letExpire(id);
        assertThatExceptionOfType(ReservationExpiredException.class)
                .isThrownBy(() -> escrow.confirm(id))
                .satisfies(e -> assertThat(e.expiredAt()).isBefore(Instant.now().plusSeconds(5)));
        assertThatExceptionOfType(ReservationExpiredException.class)
                .isThrownBy(() -> escrow.extend(id, Duration.ofDays(1)));
        assertStock(item, 7, 3, 0);
        assertThat(database.store(0).expire(100)).isEqualTo(1);
        assertThat(database.store(0).expire(100)).isZero();
        assertThatExceptionOfType(ReservationExpiredException.class).isThrownBy(() -> escrow.confirm(id));
        assertThat(escrow.release(id).state()).isEqualTo(ReservationState.EXPIRED);
        assertThat(escrow.find(id)).map(Reservation::state).contains(ReservationState.EXPIRED);
        assertStock(item, 10, 0, 0);
        assertStock(other, 3, 0, 0);
    }

    @Test
    void whatIsLateCanStillBeReleased() {
        UUID id = escrow.reserve(item, 3).id();
        database.letExpire(id);
        assertThat(escrow.release(id).state()).isEqualTo(ReservationState.RELEASED);
        assertStock(item, 10, 0, 0);
    }

    @Test
    void anExtendedReservationIsHeldLonger() {
        UUID id = escrow.reserve(ReservationRequest.of(item, 3).heldFor(Duration.ofSeconds(60)))
                .id();
        Reservation extended = escrow.extend(id, Duration.ofHours(1));
        assertThat(extended.expiresAt()).isAfter(Instant.now().plusSeconds(3_500));
        assertThat(escrow.find(id)).contains(extended);
        escrow.confirm(id);
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> escrow.extend(id, Duration.ofHours(1)))
                .withMessageContaining("CONFIRMED");
    }

    @Test
    void whatHasEndedIsForgottenLongAfterItsTime() {
        EscrowStore store = database.store(0);
        assertThat(store.purge(Duration.ofMillis(1), 10_000))
                .as("of other tests")
                .isLessThan(10_000);
        UUID confirmed =
                escrow.reserve(ReservationRequest.of(item, 3).and(other, 2)).id();
        UUID released = escrow.reserve(ReservationRequest.of(item, 1).withId("request-" + item))
                .id();
        UUID held = escrow.reserve(item, 1).id();
        UUID recent = escrow.reserve(item, 1).id();
        escrow.confirm(confirmed, Map.of(item, 2L, other, 1L));
        escrow.release(released);
        escrow.confirm(recent);
        for (UUID id : List.of(confirmed, released, held)) {
            database.letExpire(id);
        }
        assertThat(store.purge(Duration.ofDays(1), 100)).isZero();
        assertThat(store.purge(Duration.ofMillis(1), 1)).isEqualTo(1);
        assertThat(store.purge(Duration.ofMillis(1), 100)).isEqualTo(1);

        assertThat(escrow.find(confirmed)).isEmpty();
        assertThat(escrow.find(released)).isEmpty();
        assertThat(escrow.find(held)).isPresent();
        assertThat(escrow.find(recent)).isPresent();
        assertStock(item, 6, 1, 3);
        assertStock(other, 2, 0, 1);
        assertThat(resources.verify()).isEmpty();
        assertThat(escrow.reserve(ReservationRequest.of(item, 1).withId("request-" + item))
                        .id())
                .isNotEqualTo(released);
    }

    @Test
    void aStripeThatRunsDryGathersFromTheOthers() {
        Reservation all = escrow.reserve(other, 3);
        assertStock(other, 0, 3, 0);
        escrow.release(all.id());
        escrow.reserve(other, 1);
        escrow.reserve(other, 2);
        assertThatExceptionOfType(InsufficientStockException.class).isThrownBy(() -> escrow.reserve(other, 1));
    }

    @Test
    void resourcesAreToppedUpAndReducedNeverBelowWhatIsHeld() {
        escrow.reserve(item, 4);
        assertThat(resources.topUp(item, 5)).isEqualTo(new Resource(item, 15, 11, 4, 0, 1));
        assertThat(resources.reduce(item, 11)).isEqualTo(new Resource(item, 4, 0, 4, 0, 1));
        assertThatExceptionOfType(InsufficientStockException.class).isThrownBy(() -> resources.reduce(item, 1));
        assertThat(resources.reduce(other, 3)).isEqualTo(new Resource(other, 0, 0, 0, 0, 2));
        assertThat(resources.topUp(other, 2)).isEqualTo(new Resource(other, 2, 2, 0, 0, 2));
        escrow.reserve(other, 2);
        assertThatExceptionOfType(UnknownResourceException.class).isThrownBy(() -> resources.topUp("nothing", 1));
        assertThatExceptionOfType(UnknownResourceException.class).isThrownBy(() -> resources.reduce("nothing", 1));
    }

    @Test
    void resourcesAreCreatedOnce() {
        assertThatExceptionOfType(ResourceExistsException.class)
                .isThrownBy(() -> resources.create(item, 1))
                .withMessageContaining(item);
        assertThat(resources.find(item)).contains(new Resource(item, 10, 10, 0, 0, 1));
        assertThat(resources.find("nothing")).isEmpty();
        assertThat(resources.findAll()).extracting(Resource::name).contains(item, other);
    }

    @Test
    void namesWhatIsWrongWithARequest() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> escrow.reserve(item, 0))
                .withMessageContaining(item)
                .withMessageContaining("is 0");
        assertThatIllegalArgumentException().isThrownBy(() -> escrow.reserve(" ", 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReservationRequest.of(item, 1).heldFor(Duration.ZERO));
        for (Duration time : List.of(Duration.ofDays(3_651), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ReservationRequest.of(item, 1).heldFor(time))
                    .withMessageContaining("between 1 ms and 3650 days");
            assertThatIllegalArgumentException().isThrownBy(() -> escrow.extend(UUID.randomUUID(), time));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EscrowOptions.defaults().withTimeToLive(time));
        }
        for (String name : List.of("a\0b", "x".repeat(801))) {
            assertThatIllegalArgumentException().isThrownBy(() -> escrow.reserve(name, 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ReservationRequest.of(item, 1).withId(name))
                    .withMessageContaining("requestId");
            assertThatIllegalArgumentException().isThrownBy(() -> resources.create(name, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> resources.topUp(name, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> resources.reduce(name, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> resources.find(name));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> resources.create("new", 1, 1_025))
                .withMessageContaining("between 1 and 1024");
    }

    @Test
    void theLargestThatIsTakenCanBeKept() {
        Random random = new Random(1);
        String name = random.ints(800, 0x4E00, 0x9FFF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        resources.create(name, 1_024, 1_024);
        Reservation all = escrow.reserve(ReservationRequest.of(name, 1_024)
                .heldFor(EscrowLimits.MAX_TIME_TO_LIVE)
                .withId(name));
        assertThat(escrow.extend(all.id(), EscrowLimits.MAX_TIME_TO_LIVE).quantities())
                .containsExactly(Map.entry(name, 1_024L));
        escrow.release(all.id());
    }

    @Test
    void manyAtOnceGetWhatThereIsInTheirOrder() {
        List<CompletableFuture<Reservation>> reservations = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            reservations.add(escrow.reserveAsync(ReservationRequest.of(item, i == 2 ? 100 : 1)));
        }
        long made = reservations.stream()
                .filter(future ->
                        future.handle((reservation, failure) -> failure == null).join())
                .count();
        assertThat(made).isEqualTo(10);
        assertThat(reservations.get(2)).isCompletedExceptionally();
        assertThat(reservations.subList(0, 11).stream().filter(CompletableFuture::isCompletedExceptionally))
                .hasSize(1);
        assertStock(item, 0, 10, 0);
    }

    private void assertStock(String name, long available, long held, long consumed) {
        assertThat(resources.find(name))
                .hasValueSatisfying(
                        resource -> assertThat(List.of(resource.available(), resource.held(), resource.consumed()))
                                .as("available, held, consumed")
                                .containsExactly(available, held, consumed));
    }
}
