package io.micropatterns.escrow.jdbc;

import io.micropatterns.core.lease.Lease;
import io.micropatterns.core.lease.LeaseGroup;
import io.micropatterns.escrow.EscrowListener;
import io.micropatterns.escrow.EscrowStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back what reservations hold whose time is over: one instance of all, by a lease, every so often and in batches. Another
 * takes over when it dies. Should two be at it for a moment, that does no harm: a reservation ends once. Thread-safe.
 */
public final class ReservationExpiry implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReservationExpiry.class);
    private static final String LEASE = "escrow-expiry";

    private final EscrowStore store;
    private final Duration interval;
    private final int batch;
    private final EscrowListener listener;
    private final LeaseGroup leases;
    private volatile long endedNanos = System.nanoTime();
    private volatile boolean held;

    /**
     * Not started yet.
     *
     * @param dataSource where the lease is
     * @param interval how long to wait when there was nothing left
     * @param batch the most reservations in a transaction
     * @param leaseTime how long after its holder's death another takes over
     * @param listener is told of each batch
     * @param threads for the work and the lease's heartbeat
     */
    public ReservationExpiry(
            DataSource dataSource,
            EscrowStore store,
            Duration interval,
            int batch,
            Duration leaseTime,
            EscrowListener listener,
            ThreadFactory threads) {
        this.store = store;
        this.interval = interval;
        this.batch = batch;
        this.listener = EscrowListener.all(List.of(listener));
        this.leases = LeaseGroup.builder(dataSource, LEASE)
                .names(List.of(LEASE))
                .timeToLive(leaseTime)
                .work(this::sweep)
                .threadFactory(threads)
                .build();
    }

    /** Begins to try for the lease. Does not block. */
    public void start() {
        leases.start();
    }

    /** Whether this instance is the one. */
    public boolean isHeld() {
        return held;
    }

    /** How long ago the last batch ended, while this instance is the one. */
    public Duration sinceLast() {
        return Duration.ofNanos(System.nanoTime() - endedNanos);
    }

    private void sweep(Lease lease) throws InterruptedException {
        endedNanos = System.nanoTime();
        held = true;
        try {
            while (lease.isHeld()) {
                long began = System.nanoTime();
                int ended = store.expire(batch);
                endedNanos = System.nanoTime();
                listener.expired(ended, Duration.ofNanos(endedNanos - began));
                if (ended > 0) {
                    log.debug("{} reservations have expired", ended);
                }
                if (ended < batch) {
                    TimeUnit.NANOSECONDS.sleep(interval.toNanos());
                }
            }
        } finally {
            held = false;
        }
    }

    /** Ends after the batch under way, and gives the lease back. */
    @Override
    public void close() {
        leases.close();
    }
}
