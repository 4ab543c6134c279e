package io.micropatterns.escrow;

import io.micropatterns.batch.BatchClosedException;
import io.micropatterns.batch.BatchFunction;
import io.micropatterns.batch.BatchListener;
import io.micropatterns.batch.BatchOverflowException;
import io.micropatterns.batch.Coalescer;
import io.micropatterns.batch.ItemOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Joins those who are in a transaction, and gathers the others. */
final class DefaultEscrow implements Escrow, CallEscrow {

    /** Each further one means that one more call with the same request's id has failed meanwhile. */
    private static final int MOST_ATTEMPTS = 10;

    private final EscrowStore store;
    private final EscrowOptions options;
    private final ReservationIds ids;
    private final Coalescer<NewReservation, Reservation> reserving;
    private final Coalescer<Settlement, Reservation> settling;

    DefaultEscrow(
            String name,
            EscrowStore store,
            EscrowOptions options,
            BatchListener listener,
            Consumer<Coalescer<?, ?>> created,
            ReservationIds ids) {
        this.store = store;
        this.options = options;
        this.ids = ids;
        this.reserving = coalescer(name + "-reserve", store::reserve, listener)
                .partitionBy(reservation -> reservation.request().quantities().firstKey())
                .build();
        this.settling = coalescer(name + "-settle", store::settle, listener)
                .partitionBy(Settlement::reservation)
                .build();
        created.accept(reserving);
        created.accept(settling);
    }

    private <T> Coalescer.Builder<T, Reservation> coalescer(
            String name, BatchFunction<T, Reservation> function, BatchListener listener) {
        return Coalescer.builder(name, function)
                .options(options.batching())
                .divideOn(Failures::mayBeOfOneRequest)
                .listener(listener);
    }

    @Override
    public Reservation reserve(ReservationRequest request) {
        return reserve(newReservation(request));
    }

    private Reservation reserve(NewReservation reservation) {
        return store.joinsTransaction()
                ? joined(store.reserve(List.of(reservation)))
                : gathered(reserving, reservation);
    }

    @Override
    public Reservation reserveAnew(ReservationRequest request) {
        NewReservation asked = newReservation(request);
        Reservation made = reserve(asked);
        for (int attempt = 1;
                attempt < MOST_ATTEMPTS
                        && !made.id().equals(asked.id())
                        && made.state() != ReservationState.CONFIRMED
                        && store.forgetRequest(made.id());
                attempt++) {
            made = reserve(asked);
        }
        return made;
    }

    @Override
    public CompletableFuture<Reservation> reserveAsync(ReservationRequest request) {
        NewReservation reservation = newReservation(request);
        try {
            return store.joinsTransaction()
                    ? CompletableFuture.completedFuture(joined(store.reserve(List.of(reservation))))
                    : reserving.submit(reservation);
        } catch (BatchOverflowException e) {
            return CompletableFuture.failedFuture(new EscrowOverloadedException(e.retryAfter(), e));
        } catch (BatchClosedException e) {
            return CompletableFuture.failedFuture(new EscrowClosedException(e));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private NewReservation newReservation(ReservationRequest request) {
        Duration wanted = request.timeToLive();
        return new NewReservation(ids.next(), request, wanted == null ? options.timeToLive() : wanted);
    }

    @Override
    public Reservation confirm(UUID reservation) {
        return settle(Settlement.confirm(reservation));
    }

    @Override
    public Reservation confirmOnce(UUID reservation) {
        return settle(Settlement.confirmOnce(reservation));
    }

    @Override
    public Reservation confirm(UUID reservation, Map<String, Long> part) {
        return settle(Settlement.confirm(reservation, part));
    }

    @Override
    public Reservation release(UUID reservation) {
        return settle(Settlement.release(reservation));
    }

    private Reservation settle(Settlement settlement) {
        return store.joinsTransaction() ? joined(store.settle(List.of(settlement))) : gathered(settling, settlement);
    }

    private static <T> Reservation gathered(Coalescer<T, Reservation> coalescer, T item) {
        try {
            return coalescer.call(item);
        } catch (BatchOverflowException e) {
            throw new EscrowOverloadedException(e.retryAfter(), e);
        } catch (BatchClosedException e) {
            throw new EscrowClosedException(e);
        }
    }

    private static Reservation joined(List<ItemOutcome<Reservation>> outcomes) {
        ItemOutcome<Reservation> outcome = outcomes.get(0);
        if (outcome instanceof ItemOutcome.Failure<Reservation> failure) {
            throw failure.cause() instanceof RuntimeException unchecked
                    ? unchecked
                    : new EscrowException("The request failed: " + failure.cause(), failure.cause());
        }
        return ((ItemOutcome.Success<Reservation>) outcome).result();
    }

    @Override
    public Reservation extend(UUID reservation, Duration timeToLive) {
        return store.extend(reservation, EscrowLimits.checkTimeToLive(timeToLive));
    }

    @Override
    public Optional<Reservation> find(UUID reservation) {
        return store.find(reservation);
    }

    @Override
    public boolean joinsTransaction() {
        return store.joinsTransaction();
    }

    @Override
    public void close() {
        reserving.close();
        settling.close();
    }
}
