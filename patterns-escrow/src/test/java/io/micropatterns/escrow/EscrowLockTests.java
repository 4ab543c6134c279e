package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.dao.CannotAcquireLockException;

/** What happens while somebody else has locked what is wanted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscrowLockTests {

    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(300);

    private final ReservationIds ids = new ReservationIds(Clock.systemUTC(), 0);
    // The JDK's common pool may have but one thread, which the first to wait would keep.
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private EscrowDatabase database;
    private JdbcEscrowStore store;
    private JdbcEscrowStore patient;
    private String locked;
    private String free;

    @BeforeAll
    void startDatabase() {
        database = new EscrowDatabase();
        patient = database.store(0).lockTimeout(Duration.ofMinutes(1));
        store = database.store(0).lockTimeout(LOCK_TIMEOUT);
    }

    @AfterAll
    void stopDatabase() {
        threads.shutdownNow();
        database.close();
    }

    @BeforeEach
    void start() {
        String name = UUID.randomUUID().toString();
        locked = "z-" + name;
        free = "a-" + name;
        database.resources().create(locked, 100);
        database.resources().create(free, 100);
    }

    @AfterEach
    void addsUp() {
        assertThat(database.resources().verify()).isEmpty();
    }

    /** A transaction that has locked rows, until it is closed. */
    private final class Lock implements AutoCloseable {

        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private final CompletableFuture<Void> transaction;

        Lock(String where, Object key) {
            transaction = CompletableFuture.runAsync(
                    () -> database.transaction().executeWithoutResult(status -> {
                        database.jdbc().queryForList("select from " + where + " for update", key);
                        held.countDown();
                        await().atMost(Duration.ofMinutes(1)).until(() -> ended.getCount() == 0);
                    }),
                    threads);
            await().atMost(Duration.ofMinutes(1)).until(() -> held.getCount() == 0);
        }

        @Override
        public void close() {
            ended.countDown();
            transaction.join();
        }
    }

    private Lock lockStock() {
        return new Lock("patterns_escrow_stock where resource = ?", locked);
    }

    private NewReservation asked(String resource) {
        return new NewReservation(ids.next(), ReservationRequest.of(resource, 1), Duration.ofMinutes(5));
    }

    private static Reservation success(ItemOutcome<Reservation> outcome) {
        return ((ItemOutcome.Success<Reservation>) outcome).result();
    }

    private Reservation reserve(String resource, Duration time) {
        return reserve(ReservationRequest.of(resource, 1).heldFor(time));
    }

    private Reservation reserve(ReservationRequest request) {
        return success(patient.reserve(
                        List.of(new NewReservation(ids.next(), request, Objects.requireNonNull(request.timeToLive()))))
                .get(0));
    }

    private Instant databaseTime() {
        return Objects.requireNonNull(database.jdbc().queryForObject("select clock_timestamp()", OffsetDateTime.class))
                .toInstant();
    }

    private void awaitDatabaseTime(Instant time) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> databaseTime().isAfter(time));
    }

    private void awaitBlocked(int count) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> database.jdbc()
                        .queryForObject(
                                "select count(*) = ? from pg_stat_activity"
                                        + " where datname = current_database() and wait_event_type = 'Lock'",
                                Boolean.class,
                                count));
    }

    @Test
    void aLockedResourceHoldsUpNoOtherOfItsBatch() {
        try (Lock lock = lockStock()) {
            List<ItemOutcome<Reservation>> outcomes =
                    store.reserve(List.of(asked(locked), asked(free), asked(locked), asked(free)));
            assertThat(outcomes.get(1)).isInstanceOf(ItemOutcome.Success.class);
            assertThat(outcomes.get(3)).isInstanceOf(ItemOutcome.Success.class);
            assertThat(List.of(outcomes.get(0), outcomes.get(2)))
                    .allSatisfy(outcome -> assertThat(((ItemOutcome.Failure<Reservation>) outcome).cause())
                            .isInstanceOf(CannotAcquireLockException.class)
                            .hasMessageContaining("longer than 300 ms: nothing was done"));
        }
        assertThat(database.resources().find(locked))
                .hasValueSatisfying(is -> assertThat(is.available()).isEqualTo(100));
    }

    @Test
    void whoWantsALockedResourceIsToldAfterAWhile() {
        Reservation held = reserve(locked, Duration.ofMinutes(1));
        try (Lock lock = lockStock()) {
            assertThatExceptionOfType(CannotAcquireLockException.class)
                    .isThrownBy(() -> store.reserve(List.of(asked(locked))));
            assertThatExceptionOfType(CannotAcquireLockException.class)
                    .isThrownBy(() -> store.settle(List.of(Settlement.confirm(held.id()))));
        }
        assertThat(store.find(held.id())).map(Reservation::state).contains(ReservationState.HELD);
    }

    @Test
    void aLockedResourceHoldsUpTheExpiryOfNoOther() {
        UUID late = reserve(locked, Duration.ofMinutes(1)).id();
        UUID other = reserve(free, Duration.ofMinutes(1)).id();
        database.letExpire(late);
        database.letExpire(other);
        try (Lock lock = lockStock()) {
            store.expire(100);
            assertThat(store.find(other)).map(Reservation::state).contains(ReservationState.EXPIRED);
        }
        store.expire(100);
        assertThat(store.find(late)).map(Reservation::state).contains(ReservationState.EXPIRED);
    }

    @Test
    void whatCannotBeEndedStarvesNothingBehindIt() {
        List<UUID> bad = List.of(
                reserve(locked, Duration.ofMinutes(1)).id(),
                reserve(locked, Duration.ofMinutes(1)).id());
        UUID other = reserve(free, Duration.ofMinutes(1)).id();
        bad.forEach(database::letExpire);
        database.letExpire(other);
        database.jdbc()
                .update("update patterns_escrow_stock set held = 0, total = total - held where resource = ?", locked);
        assertThat(store.expire(2)).isZero();
        assertThat(store.expire(2)).isEqualTo(1);
        assertThat(store.find(other)).map(Reservation::state).contains(ReservationState.EXPIRED);

        database.jdbc()
                .update("update patterns_escrow_stock set held = 2, total = total + 2 where resource = ?", locked);
        await().atMost(Duration.ofMinutes(1)).until(() -> store.expire(2) == 2);
    }

    @Test
    void whatWaitedForTheStockInTimeIsConfirmedForAll() throws Exception {
        Reservation held = reserve(locked, Duration.ofSeconds(5));
        CompletableFuture<ItemOutcome<Reservation>> first;
        CompletableFuture<ItemOutcome<Reservation>> second;
        try (Lock lock = lockStock()) {
            first = confirm(held.id());
            awaitBlocked(1);
            awaitDatabaseTime(held.expiresAt());
            second = confirm(held.id());
            awaitBlocked(2);
        }
        assertThat(first.get(10, TimeUnit.SECONDS)).isInstanceOf(ItemOutcome.Success.class);
        assertThat(second.get(10, TimeUnit.SECONDS)).isInstanceOf(ItemOutcome.Success.class);
    }

    @Test
    void whatWaitedForTheReservationTooLongIsLate() throws Exception {
        Reservation held = reserve(free, Duration.ofMillis(500));
        CompletableFuture<ItemOutcome<Reservation>> confirmed;
        CompletableFuture<Reservation> extended;
        try (Lock lock = new Lock("patterns_escrow_hold where reservation = ?", held.id())) {
            confirmed = confirm(held.id());
            extended = CompletableFuture.supplyAsync(() -> patient.extend(held.id(), Duration.ofMinutes(1)), threads);
            awaitBlocked(2);
            awaitDatabaseTime(held.expiresAt());
        }
        assertThat(((ItemOutcome.Failure<Reservation>) confirmed.get(10, TimeUnit.SECONDS)).cause())
                .isInstanceOf(ReservationExpiredException.class);
        assertThat(extended)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(ReservationExpiredException.class);
    }

    private CompletableFuture<ItemOutcome<Reservation>> confirm(UUID reservation) {
        return CompletableFuture.supplyAsync(
                () -> patient.settle(List.of(Settlement.confirm(reservation))).get(0), threads);
    }

    @Test
    void theTimeOfAReservationBeginsOnceItIsThere() throws Exception {
        Duration time = Duration.ofMillis(200);
        List<ReservationRequest> requests = List.of(
                ReservationRequest.of(locked, 1).heldFor(time),
                ReservationRequest.of(locked, 1).and(free, 1).heldFor(time),
                ReservationRequest.of(locked, 1).heldFor(time).withId("id of " + locked));
        List<CompletableFuture<Reservation>> made;
        Instant ended;
        try (Lock lock = lockStock()) {
            made = requests.stream()
                    .map(request -> CompletableFuture.supplyAsync(() -> reserve(request), threads))
                    .toList();
            awaitBlocked(3);
            ended = databaseTime().plus(time);
            awaitDatabaseTime(ended);
        }
        for (CompletableFuture<Reservation> each : made) {
            assertThat(each.get(10, TimeUnit.SECONDS).expiresAt()).isAfter(ended.plus(time));
        }
        database.jdbc().update("update patterns_escrow_hold set expires_at = 'infinity' where state = 'H'");
    }

    @Test
    void aPublicationThatStandsStillIsEndedByTheDatabase() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        JdbcEscrowStore stands = database.store(0, events -> {
                    begun.countDown();
                    await().atMost(Duration.ofMinutes(1)).until(() -> goesOn.getCount() == 0);
                })
                .lockTimeout(LOCK_TIMEOUT);
        NewReservation asked = asked(free);
        CompletableFuture<?> standing = CompletableFuture.runAsync(() -> stands.reserve(List.of(asked)), threads);
        await().atMost(Duration.ofMinutes(1)).until(() -> begun.getCount() == 0);
        assertThat(patient.reserve(List.of(asked(free))).get(0)).isInstanceOf(ItemOutcome.Success.class);
        goesOn.countDown();
        assertThat(standing).failsWithin(Duration.ofSeconds(20));
        assertThat(patient.find(asked.id())).isEmpty();
    }
}
