package io.micropatterns.outbox;

import io.micropatterns.core.payload.PayloadTypes;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Finds the routes of events: a router bean's first, then the configured ones, then the annotation's. Thread-safe. */
public interface RouteResolver {

    /**
     * The routes of an event of this logical type, one or more.
     *
     * @throws OutboxException when there is none, or an expression fails
     */
    List<OutboxRoute> resolve(Object event, String type);

    /** Whether events of this class have a route by configuration or annotation, and so leave when Spring publishes them. */
    boolean isRouted(Class<?> eventClass);

    /**
     * The resolver that every way of routing goes through.
     *
     * @param configured routes by logical type, which win over annotations
     * @param routers asked first, in order
     * @param types gives event classes their logical types
     * @param placeholders resolves {@code ${…}} in topics
     */
    static RouteResolver of(
            Map<String, RouteSpecification> configured,
            List<OutboxRouter> routers,
            PayloadTypes types,
            UnaryOperator<String> placeholders) {
        return new AnnotationRoutes(configured, routers, types, placeholders);
    }
}
