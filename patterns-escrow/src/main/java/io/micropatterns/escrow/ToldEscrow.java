package io.micropatterns.escrow;

import io.micropatterns.escrow.EscrowListener.Operation;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells a listener how long callers wait, and for what; gathered or joined, they come by here. */
final class ToldEscrow implements Escrow, CallEscrow {

    private final Escrow escrow;
    private final EscrowListener listener;

    ToldEscrow(Escrow escrow, EscrowListener listener) {
        this.escrow = escrow;
        this.listener = listener;
    }

    @Override
    public Reservation reserve(ReservationRequest request) {
        return told(Operation.RESERVE, () -> escrow.reserve(request));
    }

    @Override
    public Reservation reserveAnew(ReservationRequest request) {
        return told(Operation.RESERVE, () -> CallEscrow.of(escrow).reserveAnew(request));
    }

    /** The future is the escrow's own, not one that depends on it: cancelling it takes the request back. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // what the dependent stage would say, the listener is told
    public CompletableFuture<Reservation> reserveAsync(ReservationRequest request) {
        long began = System.nanoTime();
        CompletableFuture<Reservation> future = escrow.reserveAsync(request);
        future.whenComplete((reservation, failure) -> tell(Operation.RESERVE, cause(failure), began));
        return future;
    }

    private static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    @Override
    public Reservation confirm(UUID reservation) {
        return told(Operation.CONFIRM, () -> escrow.confirm(reservation));
    }

    @Override
    public Reservation confirmOnce(UUID reservation) {
        return told(Operation.CONFIRM, () -> CallEscrow.of(escrow).confirmOnce(reservation));
    }

    @Override
    public Reservation confirm(UUID reservation, Map<String, Long> part) {
        return told(Operation.CONFIRM, () -> escrow.confirm(reservation, part));
    }

    @Override
    public Reservation release(UUID reservation) {
        return told(Operation.RELEASE, () -> escrow.release(reservation));
    }

    @Override
    public Reservation extend(UUID reservation, Duration timeToLive) {
        return told(Operation.EXTEND, () -> escrow.extend(reservation, timeToLive));
    }

    private Reservation told(Operation operation, Supplier<Reservation> work) {
        long began = System.nanoTime();
        Reservation reservation;
        try {
            reservation = work.get();
        } catch (RuntimeException | Error e) {
            tell(operation, e, began);
            throw e;
        }
        tell(operation, null, began);
        return reservation;
    }

    private void tell(Operation operation, @Nullable Throwable failure, long began) {
        listener.answered(operation, failure, Duration.ofNanos(System.nanoTime() - began));
    }

    @Override
    public Optional<Reservation> find(UUID reservation) {
        return escrow.find(reservation);
    }

    @Override
    public boolean joinsTransaction() {
        return escrow.joinsTransaction();
    }

    @Override
    public boolean joinsTransaction(ReservationRequest request) {
        return escrow.joinsTransaction(request);
    }

    @Override
    public void close() {
        escrow.close();
    }
}
