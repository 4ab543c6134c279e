package io.micropatterns.core.payload;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The upcasters by the name that they read, checked once for forks and cycles. */
final class UpcasterChain {

    private final Map<String, Upcaster> upcasters;

    UpcasterChain(List<? extends Upcaster> upcasters) {
        Map<String, Upcaster> byType = new LinkedHashMap<>();
        for (Upcaster upcaster : upcasters) {
            if (byType.putIfAbsent(upcaster.type(), upcaster) != null) {
                throw new IllegalArgumentException("Two upcasters read payload type '" + upcaster.type() + "'");
            }
        }
        byType.keySet().forEach(type -> requireEnd(type, byType));
        this.upcasters = Map.copyOf(byType);
    }

    boolean reads(String type) {
        return upcasters.containsKey(type);
    }

    /** The name at the end of a type's chain; the type itself when no upcaster reads it. */
    String lastType(String type) {
        String last = type;
        for (Upcaster next = upcasters.get(last); next != null; next = upcasters.get(last)) {
            last = next.newType();
        }
        return last;
    }

    ObjectNode upcast(String type, ObjectNode payload) {
        String current = type;
        ObjectNode tree = payload;
        for (Upcaster next = upcasters.get(current); next != null; next = upcasters.get(current)) {
            tree = apply(next, tree);
            current = next.newType();
        }
        return tree;
    }

    @SuppressWarnings("NullAway") // an upcaster written without null checks may return null all the same
    private static ObjectNode apply(Upcaster upcaster, ObjectNode payload) {
        @Nullable ObjectNode result;
        try {
            result = upcaster.upcast(payload);
        } catch (RuntimeException ex) {
            throw failure(upcaster, "failed: " + ex.getMessage(), ex);
        }
        if (result == null) {
            throw failure(upcaster, "returned null", null);
        }
        return result;
    }

    private static PayloadException failure(Upcaster upcaster, String what, @Nullable Throwable cause) {
        return new PayloadException(
                upcaster.type(),
                "The upcaster from '" + upcaster.type() + "' to '" + upcaster.newType() + "' " + what,
                cause);
    }

    private static void requireEnd(String type, Map<String, Upcaster> byType) {
        Set<String> path = new LinkedHashSet<>();
        String current = type;
        while (path.add(current)) {
            Upcaster next = byType.get(current);
            if (next == null) {
                return;
            }
            current = next.newType();
        }
        throw new IllegalArgumentException(
                "Upcasters go round in a circle: " + String.join(" -> ", path) + " -> " + current);
    }
}
