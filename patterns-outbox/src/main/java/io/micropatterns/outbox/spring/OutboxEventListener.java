package io.micropatterns.outbox.spring;

import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.RouteResolver;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/**
 * Stores events that are published through Spring, by an {@code ApplicationEventPublisher} or a Spring Data aggregate, and
 * have a route by annotation or configuration. It comes before other listeners, on the publisher's thread and in its
 * transaction; what it throws reaches the publisher.
 */
public final class OutboxEventListener implements GenericApplicationListener {

    private final Outbox outbox;
    private final RouteResolver routes;

    /** Stores in this outbox what these routes know. */
    public OutboxEventListener(Outbox outbox, RouteResolver routes) {
        this.outbox = outbox;
        this.routes = routes;
    }

    @Override
    public boolean supportsEventType(ResolvableType eventType) {
        return PayloadApplicationEvent.class.isAssignableFrom(eventType.toClass());
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof PayloadApplicationEvent<?> wrapper) {
            Object payload = wrapper.getPayload();
            if (routes.isRouted(payload.getClass())) {
                outbox.publish(payload);
            }
        }
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 100;
    }
}
