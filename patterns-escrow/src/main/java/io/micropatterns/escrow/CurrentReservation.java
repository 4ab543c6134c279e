package io.micropatterns.escrow;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NamedThreadLocal;

/**
 * Tells a method with {@link Reserve}, and what it calls on its thread, the reservation that is held for it: its id for another
 * system, or until when there is time. To be given to the advisors. Thread-safe; each thread has its own.
 */
public final class CurrentReservation {

    // Of one application, not of all that a class loader has; removed when the outermost call ends.
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<ReserveCall> calls = new NamedThreadLocal<>("Call of a method with @Reserve");

    /**
     * The reservation of the innermost call that is at work on this thread, as it was when it was made.
     *
     * @throws IllegalStateException when there is none
     */
    public Reservation get() {
        return find().orElseThrow(() -> new IllegalStateException("No method with @Reserve is at work on this thread"));
    }

    /** The same, or nothing when no method with {@link Reserve} is at work on this thread. */
    public Optional<Reservation> find() {
        return Optional.ofNullable(calls.get()).map(ReserveCall::reservation);
    }

    @Nullable
    ReserveCall call() {
        return calls.get();
    }

    /** Begins a call, or goes back to an earlier one. */
    void set(@Nullable ReserveCall call) {
        if (call == null) {
            calls.remove();
        } else {
            calls.set(call);
        }
    }
}
