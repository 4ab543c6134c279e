package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.micropatterns.escrow.ReservationEvent.Confirmed;
import io.micropatterns.escrow.ReservationEvent.Expired;
import io.micropatterns.escrow.ReservationEvent.Released;
import io.micropatterns.escrow.ReservationEvent.Reserved;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What is published of reservations, of callers that are gathered and of callers that are joined. */
@ParameterizedClass
@ValueSource(booleans = {true, false})
@SuppressWarnings("NullAway.Init")
class EscrowEventsTests {

    private static EscrowDatabase database;
    private static PublishedEvents published;

    private final boolean joined;
    private final String item = "item-" + UUID.randomUUID();
    private final String other = "other-" + UUID.randomUUID();
    private EscrowStore store;
    private Escrow escrow;

    EscrowEventsTests(boolean joined) {
        this.joined = joined;
    }

    @BeforeAll
    static void startDatabase() {
        database = new EscrowDatabase();
        published = new PublishedEvents(database);
    }

    @AfterAll
    static void stopDatabase() {
        database.close();
    }

    @BeforeEach
    void start() {
        database.resources().create(item, 100);
        database.resources().create(other, 100, 2);
        store = database.store(0, published);
        escrow = Escrow.builder(store).build();
    }

    @AfterEach
    void stop() {
        escrow.close();
        store.expire(1_000);
        assertThat(database.resources().verify()).isEmpty();
        published.verify(List.of(item, other));
    }

    private <T> T call(Supplier<T> call) {
        return joined ? database.transaction().execute(status -> call.get()) : call.get();
    }

    @Test
    void tellsOfWhatIsReservedAndConfirmedInPart() {
        Reservation made = call(() ->
                escrow.reserve(ReservationRequest.of(item, 3).and(other, 2).withId("request of " + item)));
        call(() -> escrow.confirm(made.id(), Map.of(item, 1L)));
        assertThat(published.of(made.id()))
                .containsExactly(
                        new Reserved(made.id(), Map.of(item, 3L, other, 2L), made.expiresAt(), "request of " + item),
                        new Confirmed(
                                made.id(),
                                Map.of(item, 3L, other, 2L),
                                Map.of(item, 1L),
                                Map.of(item, 2L, other, 2L),
                                "request of " + item));
    }

    @Test
    void tellsOfWhatIsReservedAndReleased() {
        Reservation made = call(() -> escrow.reserve(item, 3));
        call(() -> escrow.release(made.id()));
        assertThat(published.of(made.id()))
                .containsExactly(
                        new Reserved(made.id(), Map.of(item, 3L), made.expiresAt(), null),
                        new Released(made.id(), Map.of(item, 3L), null));
    }

    @Test
    void tellsOfEachReservationThatExpires() {
        List<UUID> late = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            late.add(call(() -> escrow.reserve(ReservationRequest.of(item, 2).and(other, 1)))
                    .id());
        }
        late.forEach(database::letExpire);
        assertThat(call(() -> store.expire(2))).isEqualTo(2);
        assertThat(call(() -> store.expire(2))).isEqualTo(1);
        assertThat(call(() -> store.expire(2))).isZero();
        for (UUID id : late) {
            Reservation is = escrow.find(id).orElseThrow();
            assertThat(published.of(id))
                    .hasSize(2)
                    .endsWith(new Expired(id, Map.of(item, 2L, other, 1L), is.expiresAt(), null));
        }
    }

    @Test
    void saysNothingAgainWhenARequestIsRepeated() {
        ReservationRequest request = ReservationRequest.of(item, 1).withId("repeated of " + item);
        Reservation confirmed = call(() -> escrow.reserve(request));
        call(() -> escrow.reserve(request));
        call(() -> escrow.confirm(confirmed.id()));
        call(() -> escrow.confirm(confirmed.id()));
        call(() -> escrow.reserve(request));
        assertThat(published.of(confirmed.id())).hasSize(2);
        Reservation released = call(() ->
                escrow.reserve(ReservationRequest.of(item, 1).and(other, 1).withId("more of " + item)));
        call(() -> escrow.reserve(ReservationRequest.of(item, 1).and(other, 1).withId("more of " + item)));
        call(() -> escrow.release(released.id()));
        call(() -> escrow.release(released.id()));
        assertThat(published.of(released.id())).hasSize(2);
    }

    @Test
    void saysNothingOfWhatIsRefused() {
        int before = published.all().size();
        assertThatExceptionOfType(InsufficientStockException.class)
                .isThrownBy(() -> call(() -> escrow.reserve(item, 101)));
        assertThatExceptionOfType(InsufficientStockException.class)
                .isThrownBy(() -> call(
                        () -> escrow.reserve(ReservationRequest.of(item, 101).and(other, 1))));
        assertThatExceptionOfType(UnknownResourceException.class)
                .isThrownBy(() -> call(() -> escrow.reserve("nothing", 1)));
        UUID late = call(() -> escrow.reserve(item, 1)).id();
        database.letExpire(late);
        assertThatExceptionOfType(ReservationExpiredException.class).isThrownBy(() -> call(() -> escrow.confirm(late)));
        assertThat(published.all()).hasSize(before + 1);
    }

    @Test
    void tellsOfTheNewOnesWhenOthersAreRepeated() {
        NewReservation first = reservation("first of " + item);
        call(() -> store.reserve(List.of(first)));
        NewReservation repeated = reservation("first of " + item);
        NewReservation second = reservation("second of " + item);
        NewReservation twice = reservation("second of " + item);
        NewReservation third = reservation("third of " + item);
        call(() -> store.reserve(List.of(repeated, first, second, twice, third)));
        assertThat(ofItem()).containsExactly(first.id(), second.id(), third.id());
    }

    @Test
    void tellsOnceOfWhatTurnsOutToHaveBeenMadeBefore() {
        assumeThat(joined)
                .as("what fails in the caller's transaction ends that")
                .isFalse();
        NewReservation first = reservation(null);
        store.reserve(List.of(first));
        NewReservation second = reservation(null);
        store.reserve(List.of(first, second));
        assertThat(ofItem()).containsExactly(first.id(), second.id());
    }

    private NewReservation reservation(String request) {
        return new NewReservation(
                UUID.randomUUID(),
                request == null
                        ? ReservationRequest.of(item, 1)
                        : ReservationRequest.of(item, 1).withId(request),
                Duration.ofMinutes(1));
    }

    private List<UUID> ofItem() {
        return published.all().stream()
                .filter(event -> event.quantities().containsKey(item))
                .map(ReservationEvent::reservationId)
                .toList();
    }

    @Test
    void aRolledBackTransactionLeavesNeither() {
        assumeThat(joined).isTrue();
        UUID held = escrow.reserve(item, 1).id();
        UUID gone = database.transaction().execute(status -> {
            escrow.confirm(held);
            UUID id = escrow.reserve(item, 1).id();
            status.setRollbackOnly();
            return id;
        });
        assertThat(escrow.find(gone)).isEmpty();
        assertThat(published.of(gone)).isEmpty();
        assertThat(published.of(held)).hasSize(1);
    }

    @Test
    void nothingIsDoneThatCannotBePublished() {
        UUID held = escrow.reserve(item, 1).id();
        UUID late = escrow.reserve(other, 1).id();
        database.letExpire(late);
        EscrowStore failing = database.store(0, events -> {
            published.publish(events);
            throw new IllegalStateException("full");
        });
        Escrow fails = Escrow.builder(failing).build();
        assertFull(() -> fails.reserve(item, 1));
        assertFull(() -> fails.reserve(ReservationRequest.of(item, 1).withId("request of " + item)));
        assertFull(() -> fails.reserve(ReservationRequest.of(item, 1).and(other, 1)));
        assertFull(() -> fails.confirm(held));
        if (joined) {
            assertFull(() -> failing.expire(10));
        } else {
            assertThat(failing.expire(10)).as("it goes on with others").isZero();
        }
        fails.close();
        assertThat(database.resources().find(item))
                .hasValueSatisfying(is -> assertThat(is.held()).isEqualTo(1));
        assertThat(escrow.find(held)).map(Reservation::state).contains(ReservationState.HELD);
        assertThat(escrow.find(late)).map(Reservation::state).contains(ReservationState.HELD);
        assertThat(published.verify(List.of(item, other))).isEqualTo(2);
    }

    private void assertFull(Supplier<Object> call) {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> call(call))
                .withMessage("full");
    }

    @Test
    void aTransactionThatIsRepeatedPublishesOnce() {
        assumeThat(joined).as("the caller's own are not repeated").isFalse();
        List<Integer> attempts = new ArrayList<>();
        EscrowStore contended = database.store(0, events -> {
            published.publish(events);
            attempts.add(events.size());
            if (attempts.size() < 3) {
                throw new CannotAcquireLockException("deadlock detected");
            }
        });
        contended.reserve(List.of(reservation(null)));
        assertThat(attempts).containsExactly(1, 1, 1);
        assertThat(ofItem()).hasSize(1);
    }

    @Test
    void publishesInATransactionThatWaitsForNoAnswerForEver() {
        List<Integer> timeouts = new ArrayList<>();
        EscrowStore looking = database.store(0, events -> timeouts.add(networkTimeout()));
        call(() -> looking.reserve(List.of(reservation(null))));
        assertThat(timeouts).hasSize(1);
        assertThat(timeouts.get(0)).isEqualTo(joined ? 0 : 30_000);
        database.transaction()
                .executeWithoutResult(status -> assertThat(networkTimeout()).isZero());
        database.jdbc().update("delete from patterns_escrow_hold where resource = ?", item);
        database.jdbc().update("update patterns_escrow_stock set available = total, held = 0 where resource = ?", item);
    }

    private static int networkTimeout() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalTransactionStateException("there is no transaction");
        }
        Connection connection = DataSourceUtils.getConnection(database.dataSource());
        try {
            return connection.getNetworkTimeout();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            DataSourceUtils.releaseConnection(connection, database.dataSource());
        }
    }
}
