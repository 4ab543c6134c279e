package io.micropatterns.core.lease;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** One heartbeat thread, and one thread for each held lease's work. */
final class DefaultLeaseGroup implements LeaseGroup {

    private static final Logger log = LoggerFactory.getLogger(LeaseGroup.class);

    private final LeaseStore store;
    private final String group;
    private final Supplier<? extends Collection<String>> names;
    private final String member;
    private final Duration timeToLive;
    private final LeasedWork work;
    private final ThreadFactory threadFactory;
    private final LongSupplier nanoClock;
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread heartbeat;
    /** Lets the next heartbeat come early; its permits mean nothing by their number. */
    private final Semaphore early = new Semaphore(0);

    private volatile long lastHeartbeat;
    private volatile long steppedDownUntil;

    DefaultLeaseGroup(Builder builder, Supplier<? extends Collection<String>> names, LeaseStore store) {
        this.store = store;
        this.group = builder.group;
        this.names = names;
        this.member = builder.member;
        this.timeToLive = builder.timeToLive;
        this.work = builder.work;
        this.threadFactory = builder.threadFactory;
        this.nanoClock = builder.nanoClock;
        this.lastHeartbeat = nanoClock.getAsLong();
        this.steppedDownUntil = lastHeartbeat;
        this.heartbeat = threadFactory.newThread(this::beatUntilClosed);
        this.heartbeat.setName("leases-" + group);
    }

    @Override
    public String member() {
        return member;
    }

    @Override
    public void start() {
        heartbeat.start();
    }

    @Override
    public Collection<Lease> held() {
        return running.values().stream()
                .map(Running::lease)
                .filter(Lease::isHeld)
                .map(Lease.class::cast)
                .toList();
    }

    @Override
    public List<LeaseOwner> owners() {
        return store.owners(names.get());
    }

    @Override
    public Duration sinceHeartbeat() {
        return Duration.ofNanos(nanoClock.getAsLong() - lastHeartbeat);
    }

    @Override
    public void stepDown(Duration time) {
        steppedDownUntil = nanoClock.getAsLong() + time.toNanos();
        early.release();
    }

    @Override
    public Duration steppedDownFor() {
        return Duration.ofNanos(Math.max(0, steppedDownUntil - nanoClock.getAsLong()));
    }

    private void beatUntilClosed() {
        boolean failing = false;
        try {
            do {
                early.drainPermits();
                try {
                    beat();
                    failing = false;
                } catch (DataAccessException e) {
                    // Leases run out by their holders' own clocks; acquiring goes on when the database is back.
                    if (!failing) {
                        log.warn("Heartbeat of lease group '{}' failed; trying again: {}", group, e.toString());
                    }
                    failing = true;
                } catch (RuntimeException | Error e) {
                    // An error too: without heartbeats this member would do nothing more, and nobody would restart it.
                    log.error("Heartbeat of lease group '{}' failed", group, e);
                }
                early.tryAcquire(timeToLive.toMillis() / 4, TimeUnit.MILLISECONDS);
            } while (closing.getCount() > 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() {
        long sentAt = nanoClock.getAsLong();
        Collection<String> wanted = names.get();
        boolean steppedDown = !steppedDownFor().isZero();
        int share = store.join(group, member, steppedDown, timeToLive, wanted);
        renew();
        lastHeartbeat = sentAt;
        shed(share);
        if (running.size() < share) {
            acquire(wanted, share);
        }
    }

    private void renew() {
        List<String> held = running.values().stream()
                .map(Running::lease)
                .filter(Lease::isHeld)
                .map(Lease::name)
                .toList();
        if (held.isEmpty()) {
            return;
        }
        long sentAt = nanoClock.getAsLong();
        Set<String> renewed = store.renew(held, member, timeToLive);
        for (String name : held) {
            Running task = running.get(name);
            if (task == null) {
                continue;
            }
            if (renewed.contains(name)) {
                task.lease.extend(deadline(sentAt));
            } else {
                log.warn("Lease '{}' was lost; stopping its work", name);
                task.lease.end();
            }
        }
    }

    private void shed(int share) {
        long held =
                running.values().stream().filter(task -> task.lease.isHeld()).count();
        Iterator<Running> tasks = running.values().iterator();
        while (held > share && tasks.hasNext()) {
            Running task = tasks.next();
            if (task.lease.isHeld()) {
                log.debug("Giving lease '{}' to another member", task.lease.name());
                task.lease.end();
                held--;
            }
        }
    }

    private void acquire(Collection<String> wanted, int share) {
        for (String name : store.free(wanted)) {
            if (running.size() >= share || closing.getCount() == 0) {
                return;
            }
            if (running.containsKey(name)) {
                continue;
            }
            long sentAt = nanoClock.getAsLong();
            OptionalLong token = store.acquire(name, member, timeToLive);
            if (token.isPresent()) {
                beginInTime(new HeldLease(name, member, token.getAsLong(), nanoClock, deadline(sentAt)));
            }
        }
    }

    private long deadline(long sentAt) {
        return sentAt + timeToLive.toNanos() / 10 * 9;
    }

    /** Where the database took so long to answer that the lease is over, the work would never be told of its end. */
    private void beginInTime(HeldLease lease) {
        if (lease.isHeld()) {
            begin(lease);
        } else {
            giveBack(lease);
        }
    }

    private void giveBack(HeldLease lease) {
        try {
            store.release(lease.name(), lease.owner(), lease.token());
        } catch (RuntimeException e) {
            log.debug("Could not give lease '{}' back; it will expire", lease.name(), e);
        }
    }

    private void begin(HeldLease lease) {
        Running task = new Running(lease);
        running.put(lease.name(), task);
        if (closing.getCount() == 0) {
            // Closing has not waited for this one: its work finds the lease ended, and gives it back.
            task.lease.end();
        }
        try {
            task.thread.start();
        } catch (RuntimeException | Error e) {
            // It has no thread to give it back on: left running, it would never be tried again.
            running.remove(lease.name(), task);
            giveBack(lease);
            throw e;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        early.release();
        running.values().forEach(task -> task.lease.end());
        try {
            heartbeat.join(timeToLive.toMillis());
            for (Running task : List.copyOf(running.values())) {
                task.lease.end();
                task.thread.join(timeToLive.toMillis());
                if (task.thread.isAlive()) {
                    task.thread.interrupt();
                    task.thread.join(timeToLive.toMillis());
                }
            }
            store.leave(group, member);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DataAccessException e) {
            log.debug("Could not leave lease group '{}'; the membership will expire", group, e);
        }
    }

    /** The work of one lease, on its thread. */
    private final class Running implements Runnable {

        private final HeldLease lease;
        private final Thread thread;

        Running(HeldLease lease) {
            this.lease = lease;
            this.thread = threadFactory.newThread(this);
            this.thread.setName(lease.name());
        }

        HeldLease lease() {
            return lease;
        }

        @Override
        public void run() {
            try {
                work.run(lease);
            } catch (InterruptedException e) {
                log.debug("Work of lease '{}' was interrupted", lease.name());
            } catch (Exception | Error e) {
                log.error("Work of lease '{}' failed; it will be tried again", lease.name(), e);
            } finally {
                end();
            }
        }

        /** Whatever fails in it, the lease can be acquired again. */
        private void end() {
            // A set interrupt flag would keep the pool from lending a connection.
            boolean interrupted = Thread.interrupted();
            try {
                lease.end();
                giveBack(lease);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                running.remove(lease.name(), this);
            }
        }
    }
}
