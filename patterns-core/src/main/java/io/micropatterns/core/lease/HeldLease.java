package io.micropatterns.core.lease;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lease this process holds, with the instant of its own clock at which it must step down. */
final class HeldLease implements Lease {

    private static final Logger log = LoggerFactory.getLogger(HeldLease.class);
    private static final Runnable NOTHING = () -> {};

    private final String name;
    private final String owner;
    private final long token;
    private final LongSupplier nanoClock;
    private volatile long deadline;
    private volatile boolean ended;
    private final AtomicReference<Runnable> wakeUp = new AtomicReference<>(NOTHING);

    HeldLease(String name, String owner, long token, LongSupplier nanoClock, long deadline) {
        this.name = name;
        this.owner = owner;
        this.token = token;
        this.nanoClock = nanoClock;
        this.deadline = deadline;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public long token() {
        return token;
    }

    @Override
    public boolean isHeld() {
        if (!ended && nanoClock.getAsLong() - deadline >= 0) {
            ended = true;
        }
        return !ended;
    }

    /** Moves the deadline; without effect once the lease has ended, for its work has stopped or is stopping. */
    void extend(long newDeadline) {
        if (isHeld()) {
            deadline = newDeadline;
        }
    }

    @Override
    public void onEnd(Runnable newWakeUp) {
        wakeUp.set(newWakeUp);
        if (ended) {
            wake();
        }
    }

    void end() {
        ended = true;
        wake();
    }

    /** What the work's call-back throws must not keep others from ending the lease. */
    private void wake() {
        try {
            wakeUp.getAndSet(NOTHING).run();
        } catch (RuntimeException e) {
            log.error("What was to wake up the work of lease '{}' failed", name, e);
        }
    }
}
