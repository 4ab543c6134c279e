package io.micropatterns.escrow;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Asks the escrow whose shard it is. */
final class ShardedEscrow implements Escrow, CallEscrow {

    private final Shards<Escrow> shards;

    ShardedEscrow(Map<Integer, ? extends Escrow> shards) {
        this.shards = new Shards<>(shards);
    }

    @Override
    public Reservation reserve(ReservationRequest request) {
        return shards.ofAll(request.quantities().keySet()).reserve(request);
    }

    @Override
    public Reservation reserveAnew(ReservationRequest request) {
        return CallEscrow.of(shards.ofAll(request.quantities().keySet())).reserveAnew(request);
    }

    @Override
    public CompletableFuture<Reservation> reserveAsync(ReservationRequest request) {
        Escrow shard;
        try {
            shard = shards.ofAll(request.quantities().keySet());
        } catch (SeveralShardsException e) {
            return CompletableFuture.failedFuture(e);
        }
        return shard.reserveAsync(request);
    }

    @Override
    public Reservation confirm(UUID reservation) {
        return shards.of(reservation).confirm(reservation);
    }

    @Override
    public Reservation confirmOnce(UUID reservation) {
        return CallEscrow.of(shards.of(reservation)).confirmOnce(reservation);
    }

    @Override
    public Reservation confirm(UUID reservation, Map<String, Long> part) {
        return shards.of(reservation).confirm(reservation, part);
    }

    @Override
    public Reservation release(UUID reservation) {
        return shards.of(reservation).release(reservation);
    }

    @Override
    public Reservation extend(UUID reservation, Duration timeToLive) {
        return shards.of(reservation).extend(reservation, timeToLive);
    }

    @Override
    public Optional<Reservation> find(UUID reservation) {
        return shards.of(reservation).find(reservation);
    }

    @Override
    public boolean joinsTransaction() {
        return shards.all().stream().anyMatch(Escrow::joinsTransaction);
    }

    @Override
    public boolean joinsTransaction(ReservationRequest request) {
        return shards.ofAll(request.quantities().keySet()).joinsTransaction(request);
    }

    @Override
    public void close() {
        shards.all().forEach(Escrow::close);
    }
}
