package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.micropatterns.core.inbox.ConcurrentDuplicateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Methods whose calls have a request's id: repeated, tried again after a failure, and at the same time. */
class ReserveRequestTests extends ShopTests {

    @Test
    void aRepeatedRequestDoesNotRunAgain() throws Exception {
        UUID id = shop.request(item, item, held -> {});
        assertThatExceptionOfType(ReservationException.class)
                .isThrownBy(() -> shop.request(item, item, ShopTests::notCalled))
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
                .isThrownBy(() -> shop.request(item, item, ShopTests::notCalled))
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
                .isThrownBy(() -> shop.request(item, item, ShopTests::notCalled))
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
        assertThat(shop.once(item, item, ShopTests::notCalled)).isEqualTo(first);
        assertThat(resource(item).consumed()).isEqualTo(1);
    }

    @Test
    void aDuplicateThatComesMeanwhileTakesNothingFromTheFirst() throws Exception {
        UUID id = shop.once(item, item, held -> {
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> CompletableFuture.runAsync(
                                    () -> call(() -> shop.once(item, item, ShopTests::notCalled)))
                            .join())
                    .withCauseInstanceOf(ConcurrentDuplicateException.class);
        });
        assertThat(state(id)).isEqualTo(ReservationState.CONFIRMED);
    }

    @Test
    void whatOtherAdviceAnsweredConfirmsNothing() throws Exception {
        UUID first = shop.idempotentOnly(item, "key-" + item, held -> {});
        assertThat(shop.idempotentOnly(item, "key-" + item, ShopTests::notCalled))
                .isEqualTo(first);
        assertThat(resource(item).consumed()).isEqualTo(1);
        assertThat(resource(item).held()).isZero();
    }
}
