package io.micropatterns.outbox.spring;

import io.micropatterns.outbox.Outbox;
import io.micropatterns.outbox.OutboxException;
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
        Class<?> type = eventType.toClass();
        return PayloadApplicationEvent.class.isAssignableFrom(type) || routes.isRouted(type);
    }

    /** Never: another thread is not in the publisher's transaction. */
    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }

    /**
     * Stores the event.
     *
     * @throws OutboxException when it is an {@link ApplicationEvent} itself, whose source is no payload
     */
    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof PayloadApplicationEvent<?> wrapper) {
            Object payload = wrapper.getPayload();
            if (routes.isRouted(payload.getClass())) {
                outbox.publish(payload);
            }
        } else if (routes.isRouted(event.getClass())) {
            throw new OutboxException(
                    event.getClass().getName() + " has a route to the outbox but extends ApplicationEvent, whose source"
                            + " cannot be serialised; publish a plain object, which Spring accepts as an event too",
                    null);
        }
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 100;
    }
}
