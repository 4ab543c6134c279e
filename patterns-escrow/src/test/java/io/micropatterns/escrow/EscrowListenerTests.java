package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micropatterns.batch.ItemOutcome;
import io.micropatterns.core.jdbc.NetworkTimeout;
import io.micropatterns.escrow.EscrowListener.Contention;
import io.micropatterns.escrow.EscrowListener.Operation;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import io.micropatterns.escrow.jdbc.ReservationExpiry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.mockito.Mockito;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What a listener is told of requests, of contention and of the expiry. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EscrowListenerTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Queue<Contention> contention = new ConcurrentLinkedQueue<>();
    private final EscrowListener listener = new EscrowListener() {
        @Override
        public void answered(Operation operation, @Nullable Throwable failure, Duration took) {
            answers.add(new Answer(operation, failure == null ? null : failure.getClass(), took));
        }

        @Override
        public void contended(Contention kind) {
            contention.add(kind);
        }
    };

    private EscrowDatabase database;
    private EscrowStore store;
    private Escrow escrow;
    private String item;

    @BeforeAll
    void startDatabase() {
        database = new EscrowDatabase();
        store = database.store(0).telling(listener);
    }

    @AfterAll
    void stopDatabase() {
        database.close();
    }

    @BeforeEach
    void start() {
        answers.clear();
        contention.clear();
        escrow = Escrow.builder(store).listener(listener).build();
        item = "item-" + UUID.randomUUID();
    }

    @AfterEach
    void stop() {
        escrow.close();
    }

    @Test
    void isToldWhatWasAskedAndHowItEnded() {
        database.resources().create(item, 10);
        Reservation one = escrow.reserve(item, 1);
        escrow.extend(one.id(), Duration.ofMinutes(1));
        escrow.confirm(one.id());
        escrow.confirm(one.id(), Map.of(item, 1L));
        assertRefused(() -> escrow.release(one.id()));
        assertRefused(() -> escrow.reserve(item, 10));
        assertRefused(() -> escrow.reserve("no-" + item, 1));

        assertThat(answers)
                .extracting(Answer::operation)
                .containsExactly(
                        Operation.RESERVE,
                        Operation.EXTEND,
                        Operation.CONFIRM,
                        Operation.CONFIRM,
                        Operation.RELEASE,
                        Operation.RESERVE,
                        Operation.RESERVE);
        assertThat(answers)
                .extracting(Answer::failure)
                .containsExactly(
                        null,
                        null,
                        null,
                        null,
                        ReservationException.class,
                        InsufficientStockException.class,
                        UnknownResourceException.class);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.took()).isPositive());
    }

    @Test
    void isToldOfWhatMethodsWithReserveAskForAsWell() {
        database.resources().create(item, 1);
        CallEscrow calls = CallEscrow.of(escrow);
        ReservationRequest request = ReservationRequest.of(item, 1).withId(item);
        Reservation released = escrow.release(escrow.reserve(request).id());
        Reservation anew = calls.reserveAnew(request);
        calls.confirmOnce(anew.id());
        assertRefused(() -> calls.confirmOnce(anew.id()));

        assertThat(anew.id()).isNotEqualTo(released.id());
        assertThat(answers)
                .extracting(Answer::operation)
                .containsExactly(
                        Operation.RESERVE, Operation.RELEASE, Operation.RESERVE, Operation.CONFIRM, Operation.CONFIRM);
    }

    @Test
    void isToldOfThoseWhoAreJoinedAsWell() {
        database.resources().create(item, 1);
        database.transaction().executeWithoutResult(status -> {
            escrow.reserve(item, 1);
            assertThat(escrow.reserveAsync(ReservationRequest.of(item, 1))).isCompletedExceptionally();
        });
        assertThat(answers).extracting(Answer::failure).containsExactly(null, InsufficientStockException.class);
    }

    @Test
    void anAsynchronousCallTakesUntilItIsComplete() {
        CompletableFuture<Reservation> pending = new CompletableFuture<>();
        Escrow slow = Mockito.mock(Escrow.class);
        Mockito.when(slow.reserveAsync(Mockito.any())).thenReturn(pending);
        CompletableFuture<Reservation> told =
                new ToldEscrow(slow, listener).reserveAsync(ReservationRequest.of(item, 1));

        assertThat(told).as("cancelling it must reach the escrow").isSameAs(pending);
        assertThat(answers).isEmpty();
        pending.completeExceptionally(new InsufficientStockException(item, 1, 0));
        assertThat(answers).extracting(Answer::failure).containsExactly(InsufficientStockException.class);
    }

    @Test
    void nothingIsMeasuredForNobody() {
        try (Escrow silent = Escrow.builder(store).build();
                Escrow told = Escrow.builder(store)
                        .listener(EscrowListener.all(List.of()))
                        .build()) {
            assertThat(silent).isInstanceOf(DefaultEscrow.class);
            assertThat(told).isInstanceOf(DefaultEscrow.class);
        }
    }

    @Test
    void whatItThrowsChangesNothing() {
        database.resources().create(item, 1);
        EscrowListener broken = new EscrowListener() {
            @Override
            public void answered(Operation operation, @Nullable Throwable failure, Duration took) {
                throw new IllegalStateException("broken");
            }
        };
        try (Escrow told = Escrow.builder(store).listener(broken).build();
                Escrow both = Escrow.builder(store)
                        .listener(EscrowListener.all(List.of(broken, listener)))
                        .build()) {
            assertThat(told.reserve(item, 1).quantities()).containsEntry(item, 1L);
            assertThatExceptionOfType(InsufficientStockException.class).isThrownBy(() -> told.reserve(item, 1));
            assertThatExceptionOfType(InsufficientStockException.class).isThrownBy(() -> both.reserve(item, 1));
        }
        assertThat(answers).hasSize(1);
    }

    @Test
    void whatItThrowsOfContentionChangesNothing() {
        EscrowStore told = database.store(0).telling(new EscrowListener() {
            @Override
            public void contended(Contention kind) {
                throw new IllegalStateException("broken");
            }
        });
        database.resources().create(item, 4, 2);
        told.reserve(List.of(reservation(2)));
        assertThat(told.reserve(List.of(reservation(2)))).singleElement().isInstanceOf(ItemOutcome.Success.class);
    }

    @Test
    void whatItThrowsOfTheExpiryDoesNotEndIt() throws Exception {
        CountDownLatch batches = new CountDownLatch(3);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        EscrowListener broken = new EscrowListener() {
            @Override
            public void expired(int reservations, Duration took) {
                threads.add(Thread.currentThread());
                batches.countDown();
                throw new IllegalStateException("broken");
            }
        };
        try (ReservationExpiry expiry = new ReservationExpiry(
                database.dataSource(),
                store,
                Duration.ofMillis(10),
                100,
                Duration.ofSeconds(20),
                broken,
                Thread::new)) {
            expiry.start();
            assertThat(batches.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(threads).as("one for each time that it holds the lease").hasSize(1);
    }

    @Test
    void isToldOfStockThatOthersTakeBetweenTwoStatements() {
        database.resources().create(item, 10);
        AtomicBoolean takes = new AtomicBoolean();
        EscrowStore disturbed = new JdbcEscrowStore(
                        new DelegatingDataSource(database.dataSource()) {
                            @Override
                            public Connection getConnection() throws SQLException {
                                if (takes.get()) {
                                    database.resources().reduce(item, 1);
                                }
                                return super.getConnection();
                            }
                        },
                        0,
                        NetworkTimeout.of(PATIENCE))
                .telling(listener);
        disturbed.reserve(List.of(reservation(2), reservation(9)));
        assertThat(contention).as("too little for all").isEmpty();

        takes.set(true);
        disturbed.reserve(List.of(reservation(3), reservation(3), reservation(3)));
        assertThat(contention).containsExactly(Contention.CHANGED);
    }

    @Test
    void isToldOfAStripeThatGathers() {
        database.resources().create(item, 4, 2);
        store.reserve(List.of(reservation(2)));
        assertThat(contention).isEmpty();
        store.reserve(List.of(reservation(2)));
        assertThat(contention).containsExactly(Contention.GATHERED);
    }

    @Test
    void isToldOfAStatementThatIsRepeatedAfterADeadlock() throws Exception {
        String other = item + "-other";
        database.resources().create(item, 10);
        database.resources().create(other, 10);
        // The database looks once for a deadlock, a second after the escrow's statement has begun to wait.
        for (int attempt = 0; attempt < 5 && contention.isEmpty(); attempt++) {
            deadlockWith(other);
        }
        // More than once where the repetition locks the item again before the other transaction wakes up.
        assertThat(contention).containsOnly(Contention.REPEATED);
        assertThat(database.resources().verify()).isEmpty();
    }

    private void deadlockWith(String other) throws Exception {
        String lock = "select from patterns_escrow_stock where resource = ? for update";
        CompletableFuture<Integer> reserved = new CompletableFuture<>();
        database.transaction().executeWithoutResult(status -> {
            // It is the escrow's statement that the database shall end.
            database.jdbc().execute("set local deadlock_timeout = '1min'");
            database.jdbc().query(lock, row -> {}, other);
            reserved.completeAsync(() -> store.reserve(List.of(
                            reservation(1),
                            new NewReservation(
                                    UUID.randomUUID(), ReservationRequest.of(other, 1), Duration.ofMinutes(1))))
                    .size());
            await().atMost(PATIENCE)
                    .until(() -> Objects.requireNonNull(database.jdbc()
                                    .queryForObject(
                                            "select count(*) from pg_locks l join pg_stat_activity a using (pid)"
                                                    + " where not l.granted and a.datname = current_database()",
                                            Integer.class))
                            == 1);
            database.jdbc().query(lock, row -> {}, item);
        });
        assertThat(reserved.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
    }

    @Test
    void isToldOfWhatHasExpiredAndOfBatchesWithoutAny() throws Exception {
        database.resources().create(item, 1);
        database.letExpire(escrow.reserve(item, 1).id());
        CountDownLatch empty = new CountDownLatch(1);
        Queue<Integer> expired = new ConcurrentLinkedQueue<>();
        EscrowListener hearing = new EscrowListener() {
            @Override
            public void expired(int reservations, Duration took) {
                expired.add(reservations);
                if (reservations == 0) {
                    empty.countDown();
                }
            }
        };
        try (ReservationExpiry expiry = new ReservationExpiry(
                database.dataSource(),
                store,
                Duration.ofMillis(10),
                100,
                Duration.ofSeconds(2),
                hearing,
                Thread::new)) {
            expiry.start();
            assertThat(empty.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(expired).startsWith(1);
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatExceptionOfType(EscrowException.class).isThrownBy(call);
    }

    private NewReservation reservation(long quantity) {
        return new NewReservation(UUID.randomUUID(), ReservationRequest.of(item, quantity), Duration.ofMinutes(1));
    }

    private record Answer(Operation operation, @Nullable Class<?> failure, Duration took) {}
}
