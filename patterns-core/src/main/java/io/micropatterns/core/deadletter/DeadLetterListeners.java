package io.micropatterns.core.deadletter;

import java.util.List;

/** Several listeners as one. */
record DeadLetterListeners(List<? extends DeadLetterListener> listeners) implements DeadLetterListener {

    @Override
    public void parked(String source, int count) {
        listeners.forEach(listener -> listener.parked(source, count));
    }

    @Override
    public void resolved(String source, int count) {
        listeners.forEach(listener -> listener.resolved(source, count));
    }

    @Override
    public void discarded(String source) {
        listeners.forEach(listener -> listener.discarded(source));
    }
}
