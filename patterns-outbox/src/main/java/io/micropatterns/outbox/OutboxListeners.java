package io.micropatterns.outbox;

import java.time.Duration;
import java.util.List;

/** Several listeners as one. */
final class OutboxListeners implements OutboxListener {

    private final List<OutboxListener> listeners;

    OutboxListeners(List<OutboxListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void stored(List<OutboxRecord> records) {
        listeners.forEach(listener -> listener.stored(records));
    }

    @Override
    public void published(int shard, List<OutboxRecord> records, Duration took) {
        listeners.forEach(listener -> listener.published(shard, records, took));
    }

    @Override
    public void rejected(OutboxRecord record, Throwable cause) {
        listeners.forEach(listener -> listener.rejected(record, cause));
    }

    @Override
    public void failed(int shard, Throwable cause) {
        listeners.forEach(listener -> listener.failed(shard, cause));
    }
}
