package io.micropatterns.escrow;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several listeners as one, none of which can fail what it listens to. */
final class EscrowListeners implements EscrowListener {

    static final EscrowListener NONE = new EscrowListener() {};

    private static final Logger log = LoggerFactory.getLogger(EscrowListeners.class);

    private final List<EscrowListener> listeners;

    private EscrowListeners(List<EscrowListener> listeners) {
        this.listeners = listeners;
    }

    static EscrowListener of(List<? extends EscrowListener> listeners) {
        List<EscrowListener> hearing = listeners.stream()
                .filter(listener -> listener != NONE)
                .<EscrowListener>map(listener -> listener)
                .toList();
        if (hearing.isEmpty()) {
            return NONE;
        }
        return hearing.size() == 1 && hearing.get(0) instanceof EscrowListeners guarded
                ? guarded
                : new EscrowListeners(hearing);
    }

    @Override
    public void answered(Operation operation, @Nullable Throwable failure, Duration took) {
        tell(listener -> listener.answered(operation, failure, took));
    }

    @Override
    public void contended(Contention kind) {
        tell(listener -> listener.contended(kind));
    }

    @Override
    public void expired(int reservations, Duration took) {
        tell(listener -> listener.expired(reservations, took));
    }

    private void tell(Consumer<EscrowListener> news) {
        for (EscrowListener listener : listeners) {
            try {
                news.accept(listener);
            } catch (RuntimeException e) {
                log.warn("Escrow listener {} failed, which changes nothing for the escrow", listener, e);
            }
        }
    }
}
