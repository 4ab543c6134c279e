package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.micropatterns.core.inbox.ConcurrentDuplicateException;
import io.micropatterns.core.inbox.Idempotent;
import io.micropatterns.core.inbox.IdempotentAdvisor;
import io.micropatterns.core.inbox.Inbox;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Without Spring Boot: what a plain Spring application declares is enough. */
@SuppressWarnings("NullAway.Init")
class ReserveTests {

    private static EscrowDatabase database;
    private static AnnotationConfigApplicationContext context;
    private static Shop shop;
    private static Escrow escrow;
    private static EscrowResources resources;
    private static JdbcTemplate jdbc;

    private final String item = "item-" + UUID.randomUUID();
    private final String other = "other-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        database = new EscrowDatabase();
        resources = database.resources();
        jdbc = database.jdbc();
        jdbc.execute("create table invoice (id int primary key)");
        jdbc.execute("create table ordered (reservation uuid,"
                + " invoice int references invoice deferrable initially deferred)");
        context = new AnnotationConfigApplicationContext();
        context.registerBean("database", EscrowDatabase.class, () -> database, bean -> bean.setDestroyMethodName(""));
        context.register(Config.class);
        context.refresh();
        shop = context.getBean(Shop.class);
        escrow = context.getBean(Escrow.class);
    }

    @AfterAll
    static void stop() {
        context.close();
        database.close();
    }

    @BeforeEach
    void stock() {
        resources.create(item, 3);
        resources.create(other, 10);
    }

    @AfterEach
    void verify() {
        assertThat(resources.verify()).isEmpty();
        assertThat(context.getBean(CurrentReservation.class).find()).isEmpty();
    }

    @Test
    void isHeldWhileTheMethodRunsAndConfirmedAfterwards() throws Exception {
        UUID id = shop.plain(item, 2, held -> {
            assertThat(held.quantities()).isEqualTo(Map.of(item, 2L));
            assertThat(state(held.id())).isEqualTo(ReservationState.HELD);
            assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                    .isFalse();
            HikariDataSource pool = (HikariDataSource) database.dataSource();
            await().until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
        });
        assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
        assertThat(resource(item).consumed()).isEqualTo(2);
    }

    @Test
    void anythingThrownReleases() {
        Map<Class<? extends Throwable>, Shop.Work> failures = Map.of(
                IllegalStateException.class,
                        held -> {
                            throw new IllegalStateException("unchecked");
                        },
                IOException.class,
                        held -> {
                            throw new IOException("checked");
                        },
                AssertionError.class,
                        held -> {
                            throw new AssertionError("error");
                        });
        failures.forEach((type, work) -> {
            assertThatExceptionOfType(type)
                    .isThrownBy(() -> shop.plain(item, 2, work))
                    .satisfies(thrown -> assertThat(thrown.getSuppressed()).isEmpty());
            assertThatExceptionOfType(type).isThrownBy(() -> shop.transactional(item, work));
            assertAvailable(3);
        });
    }

    @Test
    void aMethodThatWasInterruptedIsConfirmedAndReleasedAllTheSame() throws Exception {
        Shop.Work interrupted = held -> Thread.currentThread().interrupt();
        try {
            UUID id = shop.plain(item, 1, interrupted);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);

            id = shop.transactional(item, interrupted);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);

            assertThatIllegalStateException()
                    .isThrownBy(() -> shop.transactional(item, held -> {
                        interrupted.with(held);
                        throw new IllegalStateException("interrupted");
                    }))
                    .satisfies(thrown -> assertThat(thrown.getSuppressed()).isEmpty());
            assertThat(Thread.interrupted()).isTrue();
            assertThat(resource(item).held()).isZero();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void aReleaseThatFailsIsSuppressed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> shop.plain(item, 1, held -> {
                    escrow.confirm(held.id());
                    throw new IllegalStateException("broken");
                }))
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(ReservationException.class));
    }

    @Test
    void theMethodIsNotCalledWhereThereIsTooLittle() {
        assertThatExceptionOfType(InsufficientStockException.class)
                .isThrownBy(() -> shop.plain(item, 4, ReserveTests::notCalled));
        assertThatExceptionOfType(UnknownResourceException.class)
                .isThrownBy(() -> shop.plain("nothing", 1, ReserveTests::notCalled));
        assertAvailable(3);
    }

    @Test
    void whatATransactionalMethodWroteAndConsumedIsOneCommit() throws Exception {
        UUID id = shop.transactional(item, held -> {
            order(held, null);
            CompletableFuture.runAsync(() -> assertThat(state(held.id())).isEqualTo(ReservationState.HELD))
                    .join();
        });
        assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
        assertThat(isOfOneTransaction(id)).isTrue();
    }

    @Test
    void aRollbackReleases() {
        UUID[] id = new UUID[1];
        assertThatIllegalStateException()
                .isThrownBy(() -> shop.transactional(item, held -> {
                    id[0] = held.id();
                    order(held, null);
                    throw new IllegalStateException("broken");
                }));
        assertThat(state(id[0])).isEqualTo(ReservationState.RELEASED);
        assertThat(isOrdered(id[0])).isFalse();
        assertAvailable(3);
    }

    @Test
    void aCommitThatFailsReleases() {
        UUID[] id = new UUID[1];
        assertThatExceptionOfType(DataIntegrityViolationException.class)
                .isThrownBy(() -> shop.transactional(item, held -> {
                    id[0] = held.id();
                    order(held, 404);
                }))
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).isEmpty());
        assertThat(state(id[0])).isEqualTo(ReservationState.RELEASED);
        assertThat(isOrdered(id[0])).isFalse();
        assertAvailable(3);
    }

    @Test
    void aRollbackWithoutAnExceptionReleases() throws Exception {
        UUID id = shop.transactional(item, held -> {
            order(held, null);
            TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
        });
        assertThat(state(id)).isEqualTo(ReservationState.RELEASED);
        assertThat(isOrdered(id)).isFalse();
    }

    @Test
    void aMethodThatThrewReleasesAlsoWhereItsTransactionCommits() {
        UUID[] id = new UUID[1];
        assertThatIllegalStateException()
                .isThrownBy(() -> shop.committing(item, held -> {
                    id[0] = held.id();
                    order(held, null);
                    throw new IllegalStateException("broken");
                }));
        assertThat(state(id[0])).isEqualTo(ReservationState.RELEASED);
        assertThat(isOrdered(id[0])).isTrue();
    }

    @Test
    void whatIsLateIsNotConfirmedAndRollsBack() {
        UUID[] id = new UUID[1];
        Shop.Work late = held -> {
            id[0] = held.id();
            order(held, null);
            CompletableFuture.runAsync(() -> database.letExpire(held.id())).join();
        };
        assertThatExceptionOfType(ReservationExpiredException.class).isThrownBy(() -> shop.transactional(item, late));
        assertThat(isOrdered(id[0])).isFalse();
        assertAvailable(3);
        assertThatExceptionOfType(ReservationExpiredException.class).isThrownBy(() -> shop.committing(item, late));
        assertThat(isOrdered(id[0])).isFalse();
        assertAvailable(3);
        assertThatExceptionOfType(ReservationExpiredException.class).isThrownBy(() -> shop.plain(item, 1, late));
        assertThat(isOrdered(id[0])).isTrue();
    }

    @Test
    void allOfItJoinsACallersTransaction() {
        TransactionTemplate transactions = database.transaction();
        UUID confirmed = Objects.requireNonNull(transactions.execute(status -> {
            UUID id = call(() -> shop.transactional(item, held -> order(held, null)));
            assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
            CompletableFuture.runAsync(() -> assertThat(escrow.find(id)).isEmpty())
                    .join();
            return id;
        }));
        assertThat(isOfOneTransaction(confirmed)).isTrue();

        UUID rolledBack = Objects.requireNonNull(transactions.execute(status -> {
            status.setRollbackOnly();
            return call(() -> shop.plain(item, 1, held -> {}));
        }));
        assertThat(escrow.find(rolledBack)).isEmpty();

        UUID released = Objects.requireNonNull(transactions.execute(status -> {
            UUID[] id = new UUID[1];
            assertThatIllegalStateException()
                    .isThrownBy(() -> shop.plain(item, 1, held -> {
                        id[0] = held.id();
                        throw new IllegalStateException("broken");
                    }));
            return id[0];
        }));
        assertThat(state(released)).isEqualTo(ReservationState.RELEASED);
    }

    @Test
    void aTransactionInsideOfACallersDoesNotConfirmWhatItCannotSee() {
        UUID id = Objects.requireNonNull(database.transaction()
                .execute(status -> call(() -> shop.inItsOwnTransaction(item, held -> {
                    order(held, null);
                }))));
        assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
        assertThat(isOrdered(id)).isTrue();
        assertThat(isOfOneTransaction(id)).isFalse();
    }

    @Test
    void severalResourcesAreOneReservation() throws Exception {
        UUID id = shop.several(
                item,
                Map.of(other, 4, item, 1),
                held -> assertThat(held.quantities()).isEqualTo(Map.of(item, 3L, other, 4L)));
        assertThat(escrow.find(id)).hasValueSatisfying(reservation -> {
            assertThat(reservation.confirmed()).isEqualTo(Map.of(item, 3L, other, 4L));
        });
        assertThatExceptionOfType(InsufficientStockException.class)
                .isThrownBy(() -> shop.several(item, Map.of(other, 4), ReserveTests::notCalled));
        assertThat(resource(other).available()).isEqualTo(6);
    }

    @Test
    void theInnermostReservationIsTheCurrentOne() throws Exception {
        CurrentReservation current = context.getBean(CurrentReservation.class);
        shop.plain(item, 1, outer -> {
            shop.plain(other, 1, inner -> assertThat(inner).isNotEqualTo(outer));
            assertThat(current.get()).isEqualTo(outer);
        });
        assertThatIllegalStateException().isThrownBy(current::get);
    }

    @Test
    void aRepeatedRequestDoesNotRunAgain() throws Exception {
        UUID id = shop.request(item, item, held -> {});
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> shop.request(item, item, ReserveTests::notCalled))
                .withMessageContaining("request id '" + item + "', and is CONFIRMED")
                .satisfies(thrown -> assertThat(thrown.reservation()).isEqualTo(id))
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).isEmpty());
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void aRequestThatFailedIsTriedAgainUntilItSucceeds() throws Exception {
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> shop.request(item, item, held -> {
                        ids.add(held.id());
                        throw new IllegalStateException("broken");
                    }));
        }
        assertThat(ids).doesNotHaveDuplicates();
        assertAvailable(3);

        ids.add(shop.request(item, item, held -> {}));

        assertThat(ids).doesNotHaveDuplicates();
        assertThat(resource(item).consumed()).isEqualTo(1);
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> shop.request(item, item, ReserveTests::notCalled))
                .withMessageContaining("CONFIRMED");
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void aRequestWhoseTimeWasOverIsTriedAgain() throws Exception {
        Reservation late = escrow.reserve(ReservationRequest.of(item, 1).withId(item));
        database.letExpire(late.id());
        database.store(0).expire(10);

        assertThat(shop.request(item, item, held -> {})).isNotEqualTo(late.id());
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void aRequestThatIsLateAndWasNotSweptUpIsTriedAgain() throws Exception {
        Reservation late = escrow.reserve(ReservationRequest.of(item, 3).withId(item));
        database.letExpire(late.id());

        assertThat(shop.transactionalRequest(item, 3, item, held -> {})).isNotEqualTo(late.id());
        assertThat(state(late.id())).isEqualTo(ReservationState.EXPIRED);
        assertThat(resource(item).consumed()).isEqualTo(3);
    }

    @Test
    void aRequestThatSucceededInTheEndIsKnownAsLongAsThatIsKept() throws Exception {
        UUID[] failed = new UUID[1];
        assertThatIllegalStateException()
                .isThrownBy(() -> shop.request(item, item, held -> {
                    failed[0] = held.id();
                    throw new IllegalStateException("broken");
                }));
        shop.request(item, item, held -> {});
        database.letExpire(failed[0]);
        database.store(0).purge(Duration.ofMillis(1), 1_000);
        assertThat(escrow.find(failed[0])).isEmpty();

        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> shop.request(item, item, ReserveTests::notCalled))
                .withMessageContaining("CONFIRMED");
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void anAttemptIsNotTakenForAnotherRequest() throws Exception {
        assertThatIllegalStateException()
                .isThrownBy(() -> shop.request(item, item, held -> {
                    throw new IllegalStateException("broken");
                }));
        shop.request(item, item + "#2", held -> {});
        shop.request(item, item, held -> {});
        assertThat(resource(item).consumed()).isEqualTo(2);
    }

    @Test
    void aFailedRequestIsTriedAgainInACallersTransaction() throws Exception {
        assertThatIllegalStateException()
                .isThrownBy(() -> shop.request(item, item, held -> {
                    throw new IllegalStateException("broken");
                }));
        database.transaction().executeWithoutResult(status -> {
            call(() -> shop.request(item, item, held -> {}));
            status.setRollbackOnly();
        });
        assertAvailable(3);
        shop.request(item, item, held -> {});
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void aRepeatedRequestGoesOnWithWhatIsStillHeld() throws Exception {
        Reservation before = escrow.reserve(ReservationRequest.of(item, 1).withId(item));
        assertThat(shop.request(item, item, held -> {})).isEqualTo(before.id());
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void ofTwoCallsThatShareARequestOneCommits() {
        CyclicBarrier meeting = new CyclicBarrier(2);
        UUID id = oneOfTwo(() -> shop.transactionalRequest(item, 1, item, held -> {
            order(held, null);
            meeting.await(30, TimeUnit.SECONDS);
        }));
        assertThat(jdbc.queryForObject("select count(*) from ordered where reservation = ?", Integer.class, id))
                .isEqualTo(1);
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void ofTwoCallsThatShareARequestAndNoTransactionOneReturns() {
        CyclicBarrier meeting = new CyclicBarrier(2);
        UUID id = oneOfTwo(() -> shop.request(item, item, held -> meeting.await(30, TimeUnit.SECONDS)));
        assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    /** Runs it twice at once; answers what one of the two has returned. */
    private static UUID oneOfTwo(Call call) {
        // The common pool may have a single thread.
        Executor threads = work -> new Thread(work).start();
        List<CompletableFuture<UUID>> both = List.of(
                CompletableFuture.supplyAsync(() -> call(call), threads),
                CompletableFuture.supplyAsync(() -> call(call), threads));
        List<UUID> returned = new ArrayList<>();
        List<Throwable> refused = new ArrayList<>();
        for (CompletableFuture<UUID> each : both) {
            try {
                returned.add(each.join());
            } catch (CompletionException e) {
                refused.add(e.getCause());
            }
        }
        assertThat(returned).hasSize(1);
        assertThat(refused)
                .singleElement()
                .isInstanceOfSatisfying(
                        ReservationException.class,
                        e -> assertThat(e).hasMessageEndingWith("was confirmed by another call"));
        return returned.get(0);
    }

    @Test
    void anIdempotentMethodAnswersRepetitionsAlsoWhenNothingIsLeft() throws Exception {
        resources.reduce(item, 2);
        UUID first = shop.once(item, item, held -> order(held, null));
        assertThat(isOfOneTransaction(first)).isTrue();
        assertThat(jdbc.queryForObject(
                        "select i.xmin = o.xmin from patterns_inbox i, ordered o where i.key = ? and o.reservation = ?",
                        Boolean.class,
                        item,
                        first))
                .isTrue();
        assertThat(shop.once(item, item, ReserveTests::notCalled)).isEqualTo(first);
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void aDuplicateThatComesMeanwhileTakesNothingFromTheFirst() throws Exception {
        UUID id = shop.once(item, item, held -> {
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> CompletableFuture.runAsync(
                                    () -> call(() -> shop.once(item, item, ReserveTests::notCalled)))
                            .join())
                    .withCauseInstanceOf(ConcurrentDuplicateException.class);
        });
        assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
    }

    @Test
    void whatOtherAdviceAnsweredConfirmsNothing() throws Exception {
        UUID first = shop.idempotentOnly(item, "key-" + item, held -> {});
        assertThat(shop.idempotentOnly(item, "key-" + item, ReserveTests::notCalled))
                .isEqualTo(first);
        assertThat(resource(item).consumed()).isEqualTo(1);
        assertThat(resource(item).held()).isZero();
    }

    private static void notCalled(Reservation held) {
        throw new AssertionError("called with " + held);
    }

    private static void order(Reservation held, Object invoice) {
        jdbc.update("insert into ordered values (?, ?)", held.id(), invoice);
    }

    private static boolean isOrdered(UUID id) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject("select exists (select 1 from ordered where reservation = ?)", Boolean.class, id));
    }

    private static boolean isOfOneTransaction(UUID id) {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "select h.xmin = o.xmin from patterns_escrow_hold h join ordered o using (reservation)"
                        + " where reservation = ? limit 1",
                Boolean.class,
                id));
    }

    private static ReservationState state(UUID id) {
        return escrow.find(id).orElseThrow().state();
    }

    private static Resource resource(String name) {
        return resources.find(name).orElseThrow();
    }

    private void assertAvailable(long quantity) {
        assertThat(resource(item).available()).isEqualTo(quantity);
        assertThat(resource(item).consumed()).isZero();
    }

    private interface Call {
        UUID run() throws Exception;
    }

    private static UUID call(Call call) {
        try {
            return call.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static class Shop {

        interface Work {
            void with(Reservation held) throws Exception;
        }

        private final CurrentReservation current;

        Shop(CurrentReservation current) {
            this.current = current;
        }

        @Reserve(resource = "#sku", quantity = "#quantity", timeToLive = "1m")
        public UUID plain(String sku, int quantity, Work work) throws Exception {
            return run(work);
        }

        @Reserve(resource = "#sku")
        @Transactional(rollbackFor = Throwable.class)
        public UUID transactional(String sku, Work work) throws Exception {
            return run(work);
        }

        @Reserve(resource = "#sku")
        @Transactional(noRollbackFor = RuntimeException.class)
        public UUID committing(String sku, Work work) throws Exception {
            return run(work);
        }

        @Reserve(resource = "#sku")
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public UUID inItsOwnTransaction(String sku, Work work) throws Exception {
            return run(work);
        }

        @Reserve(resource = "#sku", quantity = "2")
        @Reserve(quantities = "#more")
        public UUID several(String sku, Map<String, Integer> more, Work work) throws Exception {
            return run(work);
        }

        @Reserve(resource = "#sku", requestId = "#request")
        public UUID request(String sku, String request, Work work) throws Exception {
            return run(work);
        }

        @Reserve(resource = "#sku", quantity = "#quantity", requestId = "#request")
        @Transactional(rollbackFor = Throwable.class)
        public UUID transactionalRequest(String sku, int quantity, String request, Work work) throws Exception {
            return run(work);
        }

        @Reserve(resource = "#sku", requestId = "#key")
        @Idempotent(consumer = "shop", key = "#key", waits = false)
        public UUID once(String sku, String key, Work work) throws Exception {
            return run(work);
        }

        @Reserve(resource = "#sku")
        @Idempotent(consumer = "shop", key = "#key")
        public UUID idempotentOnly(String sku, String key, Work work) throws Exception {
            return run(work);
        }

        private UUID run(Work work) throws Exception {
            work.with(current.get());
            return current.get().id();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Config {

        @Bean
        PlatformTransactionManager transactionManager(EscrowDatabase database) {
            return new JdbcTransactionManager(database.dataSource());
        }

        @Bean
        Inbox inbox(EscrowDatabase database, PlatformTransactionManager transactionManager) {
            DataSource dataSource = database.dataSource();
            return Inbox.builder(dataSource, transactionManager)
                    .wait(Duration.ofSeconds(10))
                    .build();
        }

        @Bean
        Escrow escrow(EscrowDatabase database) {
            return Escrow.builder(database.store(0)).build();
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static IdempotentAdvisor idempotentAdvisor(ObjectProvider<Inbox> inbox) {
            return new IdempotentAdvisor(inbox::getObject);
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static CurrentReservation currentReservation() {
            return new CurrentReservation();
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ReserveAdvisor reserveAdvisor(ObjectProvider<Escrow> escrow, CurrentReservation current) {
            return new ReserveAdvisor(escrow::getObject, current);
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ConfirmAdvisor confirmAdvisor(CurrentReservation current) {
            return new ConfirmAdvisor(current);
        }

        @Bean
        Shop shop(CurrentReservation current) {
            return new Shop(current);
        }
    }
}
