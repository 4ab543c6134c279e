package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.micropatterns.batch.ItemOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.springframework.dao.DataAccessResourceFailureException;

/** Whatever a caller who does not wait is to be told, the future tells it. */
class ReserveAsyncTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ReservationRequest REQUEST = ReservationRequest.of("bed", 1);

    private final EscrowStore store = Mockito.mock();
    private final Escrow escrow = Escrow.builder(store)
            .options(EscrowOptions.defaults()
                    .withBatching(EscrowOptions.defaults()
                            .batching()
                            .withPartitions(1)
                            .withCapacity(1)))
            .build();

    @AfterEach
    void close() {
        escrow.close();
    }

    @Test
    void thatThereIsNoRoom() {
        CountDownLatch goOn = new CountDownLatch(1);
        Mockito.when(store.reserve(Mockito.any())).thenAnswer(call -> {
            assertThat(goOn.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return List.of(ItemOutcome.success(Mockito.mock(Reservation.class)));
        });
        CompletableFuture<Reservation> first = escrow.reserveAsync(REQUEST);
        assertFails(escrow.reserveAsync(REQUEST), EscrowOverloadedException.class);
        goOn.countDown();
        assertThat(first).succeedsWithin(PATIENCE);
    }

    @Test
    void thatItIsClosed() {
        escrow.close();
        assertFails(escrow.reserveAsync(REQUEST), EscrowClosedException.class);
        assertThatExceptionOfType(EscrowClosedException.class).isThrownBy(() -> escrow.reserve(REQUEST));
    }

    @Test
    void whatATransactionRefuses() {
        Mockito.when(store.joinsTransaction()).thenReturn(true);
        Mockito.when(store.reserve(Mockito.any()))
                .thenReturn(List.of(ItemOutcome.failure(new InsufficientStockException("bed", 1, 0))))
                .thenThrow(new DataAccessResourceFailureException("broken"));
        assertFails(escrow.reserveAsync(REQUEST), InsufficientStockException.class);
        assertFails(escrow.reserveAsync(REQUEST), DataAccessResourceFailureException.class);
    }

    @Test
    @SuppressWarnings("NullAway") // as callers without the checker do
    void butNotWhatIsNoRequest() {
        assertThatNullPointerException().isThrownBy(() -> escrow.reserveAsync(null));
    }

    private static void assertFails(CompletableFuture<Reservation> future, Class<? extends Exception> type) {
        assertThat(future).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(type);
    }
}
