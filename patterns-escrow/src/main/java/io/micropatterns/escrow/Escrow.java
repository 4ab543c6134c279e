package io.micropatterns.escrow;

import io.micropatterns.batch.BatchListener;
import io.micropatterns.batch.Coalescer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Reserves quantities of resources that many want at once, and never more than there are.
 *
 * <p><b>Guarantees.</b> At any time {@code available + held + consumed = total} and {@code available >= 0} for each resource, by
 * the database's constraints. A reservation is held until it is confirmed or released, or its time is over; it ends in one of
 * these ways only. Who was told "reserved" has a reservation; who was told that there is too little could not have been served
 * at some moment of the call. A request with an id makes one reservation, however often it is repeated.
 *
 * <p><b>Transactions.</b> A caller in a transaction of the escrow's data source is joined: what it reserves or ends is so if and
 * only if that transaction commits, and others who want the same resource wait for that. Other callers are gathered: what comes at
 * the same time is one statement and one commit, and is done when the method returns.
 *
 * <p><b>Time</b> is the database's. What is confirmed late is refused, whether it was swept up already or not.
 *
 * <p><b>Failures.</b> All methods block, for one to three round trips, and throw {@link EscrowOverloadedException} when too many
 * wait already, {@link EscrowClosedException} when a call was to be gathered and the escrow is closed, both of which were not done,
 * {@link io.micropatterns.batch.BatchTimeoutException} when a call ran out of time, which says whether it may have been
 * done, {@link io.micropatterns.batch.BatchInterruptedException} when its thread was interrupted before it was done,
 * and {@link org.springframework.dao.DataAccessException} or {@link org.springframework.transaction.TransactionException} when
 * the database failed. Outside of a transaction it is not known after these two whether the request was done: it may be
 * repeated, a reservation with the same request id, and makes nothing twice. Thread-safe.
 */
public interface Escrow extends AutoCloseable {

    /** Begins one. */
    static Builder builder(EscrowStore store) {
        return new Builder(store);
    }

    /**
     * One of several databases, each with its own resources: by consistent hashing of their names. Those with the same part in
     * braces, as {@code {bed}-frame} and {@code {bed}-mattress}, are on the same one, and only such can be reserved together. A
     * reservation's id tells its shard; a request's id is known to the shard of its resources. It joins transactions of the database that has the resource, and no others.
     *
     * @param shards each built with its number, from 0 to 255, which must stay the same for ever; the first one, or one that was
     *     used alone before, is 0
     */
    static Escrow sharded(Map<Integer, ? extends Escrow> shards) {
        return new ShardedEscrow(shards);
    }

    /**
     * Reserves a quantity of one resource, for the options' time.
     *
     * @return the reservation, which is held
     * @throws InsufficientStockException when less is available
     * @throws UnknownResourceException when there is no such resource
     */
    default Reservation reserve(String resource, long quantity) {
        return reserve(ReservationRequest.of(resource, quantity));
    }

    /**
     * Reserves all that a request asks for, or nothing.
     *
     * @return the reservation. Where the request's id was used before, it is the one that the first request made, as it is now:
     *     whatever has become of it, so that its {@link Reservation#state()} tells whether it still holds anything
     * @throws InsufficientStockException when less is available of a resource
     * @throws UnknownResourceException when there is no such resource
     * @throws EscrowException when another request was made with the same id
     * @throws SeveralShardsException when the resources are in several databases
     */
    Reservation reserve(ReservationRequest request);

    /**
     * The same without waiting for it. It blocks in a transaction, in which it is done at once, and where there is no room and the
     * options say {@link io.micropatterns.batch.Overflow#WAIT}. Throws nothing but what is wrong with the argument.
     *
     * @return the reservation, or any of the exceptions of {@link #reserve(ReservationRequest)}; or
     *     {@link io.micropatterns.batch.BatchClosedException}, when it still waited for its turn as the escrow was closed. Stages that depend on it run on the
     *     thread that the next requests wait for: they must be quick, and must not call the escrow and wait for its answer,
     *     which would be to wait for themselves; {@code thenApplyAsync} and the like run them elsewhere. Cancelling it takes a request back that has not begun
     */
    CompletableFuture<Reservation> reserveAsync(ReservationRequest request);

    /**
     * Consumes what is reserved. Doing so again is answered with the same.
     *
     * @throws ReservationExpiredException when its time is over
     * @throws ReservationException when there is no such reservation, it was released, or another part of it was confirmed
     */
    Reservation confirm(UUID reservation);

    /**
     * Consumes part of what is reserved, and releases the rest.
     *
     * @param part how much of which resources; what is not in it is released, all of it when the part is empty
     * @throws ReservationExpiredException when its time is over
     * @throws ReservationException when there is no such reservation, it holds less, it was released, or another part of it
     *     was confirmed
     */
    Reservation confirm(UUID reservation, Map<String, Long> part);

    /**
     * Gives back what is reserved. One that was released before, or has expired, stays as it is.
     *
     * @throws ReservationException when there is no such reservation, or it was confirmed
     */
    Reservation release(UUID reservation);

    /**
     * Holds a reservation for this long from now.
     *
     * @param timeToLive from 1 ms to 3650 days
     * @throws ReservationExpiredException when its time is over
     * @throws ReservationException when there is no such reservation, or it was settled
     */
    Reservation extend(UUID reservation, Duration timeToLive);

    /** A reservation, as long as it is kept. */
    Optional<Reservation> find(UUID reservation);

    /** Whether the caller is in a transaction that is joined; of several databases, of one of them. Does no I/O. */
    boolean joinsTransaction();

    /**
     * Whether a request would join the caller's transaction: whether that is one of the database that has its resources. Does no
     * I/O.
     *
     * @throws SeveralShardsException when the resources are in several databases
     */
    default boolean joinsTransaction(ReservationRequest request) {
        return joinsTransaction();
    }

    /** Takes nothing more, and waits for what was taken. */
    @Override
    void close();

    /** Builds an {@link Escrow}. Not thread-safe. */
    final class Builder {

        private final EscrowStore store;
        private EscrowOptions options = EscrowOptions.defaults();
        private BatchListener listener = BatchListener.none();
        private Consumer<Coalescer<?, ?>> coalescers = coalescer -> {};
        private EscrowListener requestListener = EscrowListener.none();
        private Clock clock = Clock.systemUTC();
        private int shard;

        private Builder(EscrowStore store) {
            this.store = Objects.requireNonNull(store, "store");
        }

        /** How it works; {@link EscrowOptions#defaults()} unless set. */
        public Builder options(EscrowOptions value) {
            this.options = Objects.requireNonNull(value, "options");
            return this;
        }

        /**
         * Who is told of its batches, of the coalescers {@code escrow-reserve} and {@code escrow-settle}; {@code escrow-1-reserve}
         * and so on of shards other than 0.
         */
        public Builder listener(BatchListener value) {
            this.listener = Objects.requireNonNull(value, "listener");
            return this;
        }

        /** What is given each of these coalescers when it is made, for gauges of what waits in it; nothing unless set. */
        public Builder coalescers(Consumer<Coalescer<?, ?>> value) {
            this.coalescers = Objects.requireNonNull(value, "coalescers");
            return this;
        }

        /** Who is told of its requests' answers; unless set, nothing is measured. The store and the expiry tell the rest. */
        public Builder listener(EscrowListener value) {
            this.requestListener = EscrowListener.all(List.of(value));
            return this;
        }

        /** What reservations' ids are ordered by; nothing rests on it. */
        public Builder clock(Clock value) {
            this.clock = Objects.requireNonNull(value, "clock");
            return this;
        }

        /** Its number among several databases, from 0 to 255; 0 unless set. */
        public Builder shard(int number) {
            this.shard = ReservationIds.checkShard(number);
            return this;
        }

        /** Builds it. */
        public Escrow build() {
            String name = shard == 0 ? "escrow" : "escrow-" + shard;
            Escrow escrow =
                    new DefaultEscrow(name, store, options, listener, coalescers, new ReservationIds(clock, shard));
            return requestListener == EscrowListener.none() ? escrow : new ToldEscrow(escrow, requestListener);
        }
    }
}
