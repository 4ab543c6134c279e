package io.micropatterns.core.payload;

import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@link PayloadSerializer} that writes JSON and upcasts on the tree. */
final class JacksonPayloadSerializer implements PayloadSerializer {

    private final JsonMapper mapper;
    private final PayloadTypes types;
    private final UpcasterChain upcasters;

    JacksonPayloadSerializer(JsonMapper mapper, PayloadTypes types, UpcasterChain upcasters) {
        this.mapper = Objects.requireNonNull(mapper, "mapper");
        this.types = Objects.requireNonNull(types, "types");
        this.upcasters = upcasters;
    }

    @Override
    public Payload serialize(Object value) {
        return value instanceof Payload payload ? payload : serialize(types.nameOf(value.getClass()), value);
    }

    @Override
    public boolean isNamed(Class<?> type) {
        return type == Payload.class || types.isNamed(type);
    }

    @Override
    public Payload serialize(String type, Object value) {
        if (value instanceof Payload payload) {
            return new Payload(type, payload.contentType(), payload.data());
        }
        if (value instanceof byte[] bytes) {
            return Payload.bytes(type, bytes);
        }
        if (value instanceof CharSequence text) {
            return Payload.text(type, text.toString());
        }
        try {
            return new Payload(type, Payload.JSON, mapper.writeValueAsBytes(value));
        } catch (JacksonException ex) {
            throw new PayloadException(
                    type,
                    "Payload type '" + type + "' (" + value.getClass().getName() + ") cannot be written as JSON: "
                            + ex.getOriginalMessage(),
                    ex);
        }
    }

    @Override
    public Object deserialize(Payload payload) {
        if (payload.isJson()) {
            return bind(payload, mapper.constructType(types.classOf(upcasters.lastType(payload.type()))));
        }
        return payload.isText() ? payload.text() : payload.data();
    }

    @Override
    @SuppressWarnings("unchecked") // the mapper answers with an instance of the class, boxed when it is primitive
    public <T> T deserialize(Payload payload, Class<T> target) {
        return (T) deserialize(payload, (Type) target);
    }

    @Override
    public Object deserialize(Payload payload, Type target) {
        if (target == byte[].class) {
            return payload.data();
        }
        if (target == String.class || target == CharSequence.class) {
            return payload.text();
        }
        if (target == Payload.class) {
            return payload;
        }
        if (!payload.isJson()) {
            throw failure(payload, target.getTypeName(), "its content type is " + payload.contentType(), null);
        }
        return bind(payload, mapper.constructType(target));
    }

    private Object bind(Payload payload, JavaType target) {
        @Nullable Object value;
        try {
            value = upcasters.reads(payload.type())
                    ? mapper.treeToValue(upcasters.upcast(payload.type(), tree(payload)), target)
                    : mapper.readValue(payload.data(), target);
        } catch (JacksonException ex) {
            throw failure(payload, target.toCanonical(), ex.getOriginalMessage(), ex);
        }
        if (value == null) {
            throw failure(payload, target.toCanonical(), "it is JSON null", null);
        }
        return value;
    }

    private ObjectNode tree(Payload payload) {
        JsonNode tree = mapper.readTree(payload.data());
        if (tree instanceof ObjectNode object) {
            return object;
        }
        throw new PayloadException(
                payload.type(),
                "Payload type '" + payload.type() + "' has an upcaster but is no JSON object: " + tree.getNodeType(),
                null);
    }

    private static PayloadException failure(
            Payload payload, String target, @Nullable String why, @Nullable Throwable cause) {
        return new PayloadException(
                payload.type(),
                "Payload type '" + payload.type() + "' cannot be read as " + target + ": " + why,
                cause);
    }
}
