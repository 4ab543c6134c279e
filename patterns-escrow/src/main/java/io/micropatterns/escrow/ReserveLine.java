package io.micropatterns.escrow;

import io.micropatterns.core.method.AnnotatedMethod;
import io.micropatterns.core.method.MethodExpression;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one {@link Reserve} asks for. */
@FunctionalInterface
interface ReserveLine {

    /** For a call. */
    Map<String, Long> quantities(Object target, @Nullable Object[] arguments);

    static ReserveLine of(AnnotatedMethod method, Reserve annotation) {
        if (annotation.resource().isEmpty() && annotation.quantities().isEmpty()) {
            throw method.refusal(
                    "it says neither a resource nor quantities",
                    "Set resource, as in #order.sku or 'bed', or quantities, which gives a map.");
        }
        if (!annotation.resource().isEmpty() && !annotation.quantities().isEmpty()) {
            throw method.refusal(
                    "it says both a resource and quantities",
                    "Leave one of them out; several @Reserve on a method are one reservation of all.");
        }
        if (annotation.quantities().isEmpty()) {
            return ofOne(
                    method.expression("resource", annotation.resource()),
                    method.expression("quantity", annotation.quantity()));
        }
        return ofSeveral(method.expression("quantities", annotation.quantities()));
    }

    private static ReserveLine ofOne(MethodExpression resource, MethodExpression quantity) {
        return (target, arguments) ->
                Map.of(resource.text(target, arguments), whole(quantity, quantity.value(target, arguments)));
    }

    private static ReserveLine ofSeveral(MethodExpression quantities) {
        return (target, arguments) -> {
            if (!(quantities.value(target, arguments) instanceof Map<?, ?> given)) {
                throw quantities.failure("gives no map", null);
            }
            Map<String, Long> all = new LinkedHashMap<>();
            given.forEach((resource, quantity) ->
                    all.merge(String.valueOf(resource), whole(quantities, quantity), Math::addExact));
            return all;
        };
    }

    private static long whole(MethodExpression expression, @Nullable Object value) {
        if (value instanceof Number number) {
            try {
                return new BigDecimal(number.toString()).longValueExact();
            } catch (ArithmeticException | NumberFormatException e) {
                throw expression.failure("gives " + value + ", which is no whole number", e);
            }
        }
        String type = value == null ? "" : " (" + value.getClass().getName() + ")";
        throw expression.failure("gives " + value + type + ", which is no number", null);
    }
}
