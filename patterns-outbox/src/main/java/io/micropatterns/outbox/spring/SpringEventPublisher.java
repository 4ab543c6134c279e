package io.micropatterns.outbox.spring;

import io.micropatterns.core.payload.Payload;
import io.micropatterns.core.payload.PayloadSerializer;
import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.OutboxRecord;
import io.micropatterns.outbox.RecordsRejectedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Delivers stored events to listeners in this application, each as an {@link OutboxDelivery}, in order and at least once.
 * An event whose listener throws goes to the dead letters and is tried again. Thread-safe.
 */
public final class SpringEventPublisher implements OutboxPublisher {

    private final ApplicationEventPublisher events;
    private final PayloadSerializer serializer;

    /** Delivers through this publisher; event classes must be registered under their logical names. */
    public SpringEventPublisher(ApplicationEventPublisher events, PayloadSerializer serializer) {
        this.events = events;
        this.serializer = serializer;
    }

    @Override
    public boolean exactlyOnce() {
        return false;
    }

    @Override
    public Session open(int shard) {
        return new Delivery();
    }

    @Override
    public void close() {}

    private final class Delivery implements Session {

        @Override
        public Optional<String> progress() {
            return Optional.empty();
        }

        @Override
        public void publish(List<OutboxRecord> records, String progress) {
            Map<Long, Throwable> rejected = new HashMap<>();
            for (OutboxRecord event : records) {
                try {
                    events.publishEvent(delivery(event));
                } catch (RuntimeException e) {
                    rejected.put(event.position(), e);
                }
            }
            if (!rejected.isEmpty()) {
                throw new RecordsRejectedException(rejected, true);
            }
        }

        private OutboxDelivery<Object> delivery(OutboxRecord event) {
            String contentType = event.headers().getOrDefault(OutboxHeaders.CONTENT_TYPE, "application/json");
            Object payload = serializer.deserialize(new Payload(event.type(), contentType, event.payload()));
            return new OutboxDelivery<>(event.id(), event.topic(), event.key(), event.headers(), payload);
        }

        @Override
        public void close() {}
    }
}
