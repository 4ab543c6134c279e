package io.micropatterns.outbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How an event type is routed, before its expressions are evaluated: what an {@link OutboxEvent} annotation or
 * {@code patterns.outbox.routing.<type>.*} says.
 *
 * @param topics topics, each literal or a SpEL template
 * @param key SpEL expression of the key, or empty
 * @param headers SpEL expression of each header
 */
public record RouteSpecification(List<String> topics, String key, Map<String, String> headers) {

    public RouteSpecification {
        topics = List.copyOf(topics);
        headers = Map.copyOf(headers);
    }

    /** The configuration key of a type's route; in brackets where the name would otherwise not be read as one. */
    public static String property(String type) {
        String prefix = "patterns.outbox.routing";
        return type.matches("[A-Za-z0-9-]+") ? prefix + "." + type : prefix + "[" + type + "]";
    }

    static RouteSpecification of(OutboxEvent annotation) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header : annotation.headers()) {
            int equals = header.indexOf('=');
            if (equals < 1) {
                throw new OutboxException(
                        "@OutboxEvent header '" + header + "' is not of the form \"name=expression\"", null);
            }
            headers.put(header.substring(0, equals).trim(), header.substring(equals + 1));
        }
        return new RouteSpecification(List.of(annotation.topic()), annotation.key(), headers);
    }
}
