package io.micropatterns.escrow;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** One call of a method with {@link Reserve}, and how far it has come. Used by one thread. */
final class ReserveCall {

    private static final Logger log = LoggerFactory.getLogger(ReserveCall.class);

    private final MethodInvocation invocation;
    private final Escrow escrow;
    private final boolean joined;
    private final Reservation reservation;
    private boolean entered;
    private boolean returned;
    private boolean over;
    private boolean confirmed;
    private @Nullable Confirmation left;

    ReserveCall(MethodInvocation invocation, Escrow escrow, ReservationRequest request) {
        this.invocation = invocation;
        this.escrow = escrow;
        this.joined = escrow.joinsTransaction(request);
        this.reservation = CallEscrow.of(escrow).reserveAnew(request);
    }

    Reservation reservation() {
        return reservation;
    }

    /** Other advice may stand between, and may have made another invocation of it. */
    boolean isOf(MethodInvocation other) {
        return invocation.getThis() == other.getThis() && invocation.getMethod().equals(other.getMethod());
    }

    /**
     * The method is about to run, perhaps once more.
     *
     * @throws ReservationException when it has nothing to run with
     */
    void enter() {
        switch (reservation.state()) {
            case HELD -> {
                entered = true;
                returned = false;
                left = null;
            }
            case EXPIRED -> throw new ReservationExpiredException(reservation.id(), reservation.expiresAt());
            case CONFIRMED, RELEASED ->
                throw new ReservationException(
                        reservation.id(),
                        "was made by an earlier call, with the request id '" + reservation.requestId() + "', and is "
                                + reservation.state());
        }
    }

    /**
     * The method has returned, and is still in the transaction that it has perhaps begun; or in a caller's, of another database
     * than its resources are in.
     */
    void returned() {
        returned = true;
        if (!joined && escrow.joinsTransaction()) {
            left = new Confirmation();
            TransactionSynchronizationManager.registerSynchronization(left);
        }
    }

    /** The call has returned. */
    void end() {
        over = true;
        if (returned && left == null) {
            confirm();
        } else if (left == null || left.completed) {
            releaseQuietly();
        }
    }

    private void releaseQuietly() {
        if (isToBeReleased()) {
            try {
                release();
            } catch (RuntimeException e) {
                log.warn("{} could not be released; if it is held, it stays until its time is over", reservation, e);
            }
        }
    }

    /** The call has thrown. */
    void fail(Throwable failure) {
        left = null;
        if (isToBeReleased()) {
            try {
                release();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
    }

    /** Who did not get as far as the method may share the reservation with another call that did. */
    private boolean isToBeReleased() {
        return reservation.state() == ReservationState.HELD
                && !confirmed
                && (entered || reservation.requestId() == null);
    }

    /** Of the calls that share a request id, and so a reservation, it is this one or none. */
    private void confirm() {
        uninterrupted(() -> {
            if (reservation.requestId() == null) {
                escrow.confirm(reservation.id());
            } else {
                CallEscrow.of(escrow).confirmOnce(reservation.id());
            }
        });
    }

    private void release() {
        uninterrupted(() -> escrow.release(reservation.id()));
    }

    /** With an interrupt flag that the method has left set, the escrow would take the request back at once. */
    private static void uninterrupted(Runnable settlement) {
        boolean interrupted = Thread.interrupted();
        try {
            settlement.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Not done where the transaction rolls back; what it throws rolls it back. */
    private final class Confirmation implements TransactionSynchronization {

        private boolean completed;

        @Override
        public void beforeCommit(boolean readOnly) {
            if (left == this) {
                confirm();
            }
        }

        @Override
        public void afterCompletion(int status) {
            completed = true;
            if (left == this) {
                confirmed = status == STATUS_COMMITTED;
                if (over) {
                    releaseQuietly();
                }
            }
        }
    }
}
