package io.micropatterns.outbox;

import io.micropatterns.core.payload.PayloadTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ConcurrentReferenceHashMap;

/** Routes by router beans, then by configuration, then by annotation. Parsed routes are kept for each class. */
final class AnnotationRoutes implements RouteResolver {

    private final Map<String, List<RouteTemplate>> configured = new HashMap<>();
    private final List<OutboxRouter> routers;
    private final PayloadTypes types;
    private final UnaryOperator<String> placeholders;
    private final Map<Class<?>, List<RouteTemplate>> templates = new ConcurrentReferenceHashMap<>();
    private final Map<Class<?>, Boolean> routed = new ConcurrentReferenceHashMap<>();

    AnnotationRoutes(
            Map<String, RouteSpecification> configured,
            List<OutboxRouter> routers,
            PayloadTypes types,
            UnaryOperator<String> placeholders) {
        // At once, so that a mistake ends the start and not the first publication.
        configured.forEach((type, route) -> this.configured.put(type, RouteTemplate.parse(route, type, placeholders)));
        this.routers = List.copyOf(routers);
        this.types = types;
        this.placeholders = placeholders;
    }

    @Override
    public List<OutboxRoute> resolve(Object event, String type) {
        for (OutboxRouter router : routers) {
            List<OutboxRoute> routes = router.route(event);
            if (!routes.isEmpty()) {
                return routes;
            }
        }
        List<RouteTemplate> found = templates.get(event.getClass());
        if (found == null) {
            found = parse(event.getClass(), type);
            templates.put(event.getClass(), found);
        }
        List<OutboxRoute> routes = new ArrayList<>(found.size());
        for (RouteTemplate template : found) {
            routes.add(template.routeOf(event, type));
        }
        return routes;
    }

    @Override
    public boolean isRouted(Class<?> eventClass) {
        return routed.computeIfAbsent(eventClass, this::lookUp);
    }

    private boolean lookUp(Class<?> eventClass) {
        return annotationOf(eventClass) != null
                || (types.isNamed(eventClass) && configured.containsKey(types.nameOf(eventClass)));
    }

    private List<RouteTemplate> parse(Class<?> eventClass, String type) {
        List<RouteTemplate> route = configured.get(type);
        if (route != null) {
            return route;
        }
        OutboxEvent annotation = annotationOf(eventClass);
        if (annotation == null) {
            throw new OutboxException(
                    "No route is known for event type '" + type + "' (" + eventClass.getName()
                            + "). "
                            + (eventClass.getName().startsWith("java.")
                                    ? "Publish"
                                    : "Annotate the class with @OutboxEvent(topic = …), configure "
                                            + RouteSpecification.property(type) + ".topics, or publish")
                            + " an OutboxMessage.to(topic).",
                    null);
        }
        return RouteTemplate.parse(RouteSpecification.of(annotation), type, placeholders);
    }

    private static @Nullable OutboxEvent annotationOf(Class<?> eventClass) {
        return AnnotatedElementUtils.findMergedAnnotation(eventClass, OutboxEvent.class);
    }
}
