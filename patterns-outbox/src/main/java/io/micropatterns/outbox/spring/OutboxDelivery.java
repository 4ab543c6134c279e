package io.micropatterns.outbox.spring;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.ResolvableTypeProvider;

/**
 * A committed event on its way to in-process listeners, as in
 * {@code @EventListener void on(OutboxDelivery<OrderPlaced> delivery)}. Delivered at least once: deduplicate by
 * {@link #id()}.
 *
 * @param <T> the event type
 * @param id the event's id
 * @param topic the topic it was routed to
 * @param key its key, or {@code null}
 * @param headers its headers
 * @param event the event
 */
public record OutboxDelivery<T>(
        UUID id, String topic, @Nullable String key, Map<String, String> headers, T event)
        implements ResolvableTypeProvider {

    @Override
    public ResolvableType getResolvableType() {
        return ResolvableType.forClassWithGenerics(OutboxDelivery.class, event.getClass());
    }
}
