package io.micropatterns.core.payload;

import java.util.Objects;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns stored payloads of one type into those of the type that succeeded it, before they are bound to a class. The
 * version is part of the name: {@code order-placed} → {@code order-placed.v2} → {@code order-placed.v3} is a chain of
 * two upcasters, and only the last name needs a class. Must be thread-safe and free of side effects.
 */
public interface Upcaster {

    /** The name that this upcaster reads. */
    String type();

    /** The name of what it returns; never the one that it reads. */
    String newType();

    /** The payload in the new type's form. The argument belongs to the upcaster, which may change and return it. */
    ObjectNode upcast(ObjectNode payload);

    /** An upcaster out of a function. */
    static Upcaster of(String type, String newType, UnaryOperator<ObjectNode> upcast) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(newType, "newType");
        Objects.requireNonNull(upcast, "upcast");
        return new Upcaster() {
            @Override
            public String type() {
                return type;
            }

            @Override
            public String newType() {
                return newType;
            }

            @Override
            public ObjectNode upcast(ObjectNode payload) {
                return upcast.apply(payload);
            }
        };
    }
}
