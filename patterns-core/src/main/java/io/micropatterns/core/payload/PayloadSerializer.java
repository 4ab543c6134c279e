package io.micropatterns.core.payload;

import java.lang.reflect.Type;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns objects into bytes that travel under a logical name, and back. Implementations are thread-safe and do not
 * block.
 *
 * <p>A {@code byte[]} goes as {@value Payload#BYTES}, a {@code CharSequence} as {@value Payload#TEXT}, a
 * {@link Payload} as it is (which is how a JSON string says that it is JSON: {@link Payload#json}), and anything else
 * in the serialiser's own format.
 */
public interface PayloadSerializer {

    /**
     * Serialises an object under the name that {@link PayloadTypes#nameOf} gives its class.
     *
     * @throws PayloadException when its class has no name, or it cannot be serialised
     */
    Payload serialize(Object value);

    /** Whether objects of a class have a name to be serialised under, so that {@link #serialize(Object)} can be used. */
    boolean isNamed(Class<?> type);

    /**
     * Serialises an object under a name of the caller's choice; a {@link Payload} is renamed.
     *
     * @throws PayloadException when it cannot be serialised
     */
    Payload serialize(String type, Object value);

    /**
     * The object in a payload, upcast first, of the class that {@link PayloadTypes#classOf} gives its (new) name. Bytes
     * and text come back as {@code byte[]} and {@code String}.
     *
     * @throws UnknownPayloadTypeException when no class is registered for the name
     * @throws PayloadException when the data does not fit the class, or an upcaster fails
     */
    Object deserialize(Payload payload);

    /**
     * The object in a payload, upcast first, as a class of the caller's choice, whatever its name. {@code byte[]} gives
     * the raw data and {@code String} the raw text, without upcasting; {@code JsonNode} gives the upcast tree.
     *
     * @throws PayloadException when the data does not fit the class, or an upcaster fails
     */
    <T> T deserialize(Payload payload, Class<T> target);

    /**
     * As {@link #deserialize(Payload, Class)}, for a type that may be generic.
     *
     * @throws PayloadException when the data does not fit the type, or an upcaster fails
     */
    Object deserialize(Payload payload, Type target);

    /**
     * JSON by Jackson.
     *
     * @throws IllegalArgumentException when two upcasters read the same type, or upcasters form a cycle
     */
    static PayloadSerializer jackson(JsonMapper mapper, PayloadTypes types, List<? extends Upcaster> upcasters) {
        return new JacksonPayloadSerializer(mapper, types, new UpcasterChain(upcasters));
    }

    /** JSON by Jackson, without upcasters. */
    static PayloadSerializer jackson(JsonMapper mapper, PayloadTypes types) {
        return jackson(mapper, types, List.of());
    }
}
