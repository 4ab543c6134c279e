package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Methods around which something is reserved. */
class ReserveTests extends ShopTests {

    @Test
    void isHeldWhileTheMethodRunsAndConfirmedAfterwards() throws Exception {
        UUID id = shop.plain(item, 2, held -> {
            assertThat(held.quantities()).isEqualTo(Map.of(item, 2L));
            assertThat(state(held.id())).isEqualTo(ReservationState.HELD);
            assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                    .isFalse();
            HikariDataSource pool = (HikariDataSource) database.dataSource();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
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
                .isThrownBy(() -> shop.plain(item, 4, ShopTests::notCalled));
        assertThatExceptionOfType(UnknownResourceException.class)
                .isThrownBy(() -> shop.plain("nothing", 1, ShopTests::notCalled));
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
                .isThrownBy(() -> shop.several(item, Map.of(other, 4), ShopTests::notCalled));
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
}
