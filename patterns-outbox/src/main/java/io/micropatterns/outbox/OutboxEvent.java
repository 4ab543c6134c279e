package io.micropatterns.outbox;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an event type that leaves through the outbox.
 *
 * <p>An annotated event that is published through Spring's {@code ApplicationEventPublisher}, or by a Spring Data
 * aggregate's {@code @DomainEvents}, is stored in the outbox of the running transaction with no call to this library;
 * {@link Outbox#publish(Object)} stores it too. Where {@code patterns.outbox.routing.<type>.*} is configured for the
 * event's type it wins over the annotation, and an {@link OutboxRouter} bean wins over both.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface OutboxEvent {

    /**
     * The topics the event goes to, one record each. A value holding {@code #{…}} is a SpEL template with the event
     * as its root, as in {@code "orders-#{region}"}; anything else is taken literally, and {@code ${…}} placeholders
     * are resolved against the environment.
     */
    String[] topic();

    /**
     * A SpEL expression over the event that gives the record's key, as in {@code "orderId"} or {@code "order.id"}.
     * Events with the same key keep their commit order. Empty: no key, and no order.
     */
    String key() default "";

    /**
     * Extra record headers, each {@code "name=SpEL expression over the event"}, as in {@code "tenant=tenantId"}.
     * A header whose expression yields {@code null} is left out.
     */
    String[] headers() default {};
}
