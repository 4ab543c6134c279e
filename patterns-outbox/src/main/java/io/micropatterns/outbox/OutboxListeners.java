package io.micropatterns.outbox;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several listeners as one, none of which can fail what it listens to. */
final class OutboxListeners implements OutboxListener {

    private static final Logger log = LoggerFactory.getLogger(OutboxListeners.class);

    private final List<OutboxListener> listeners;

    OutboxListeners(List<OutboxListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void stored(List<OutboxRecord> records) {
        tell(listener -> listener.stored(records));
    }

    @Override
    public void published(int shard, List<OutboxRecord> records, Duration took) {
        tell(listener -> listener.published(shard, records, took));
    }

    @Override
    public void rejected(OutboxRecord record, Throwable cause) {
        tell(listener -> listener.rejected(record, cause));
    }

    @Override
    public void failed(int shard, Throwable cause) {
        tell(listener -> listener.failed(shard, cause));
    }

    private void tell(Consumer<OutboxListener> news) {
        for (OutboxListener listener : listeners) {
            try {
                news.accept(listener);
            } catch (RuntimeException e) {
                log.warn("Outbox listener {} failed, which changes nothing for the outbox", listener, e);
            }
        }
    }
}
