package io.micropatterns.core.payload;

/** A payload came under a name that no class is registered for. */
public final class UnknownPayloadTypeException extends PayloadException {

    private static final long serialVersionUID = 1L;

    /** For this name. */
    public UnknownPayloadTypeException(String type) {
        super(
                type,
                "No class is registered for payload type '" + type + "'. Register it with"
                        + " PayloadTypes.builder().register(\"" + type + "\", YourClass.class), in a Spring Boot"
                        + " application by a PayloadTypesCustomizer bean, or read it with"
                        + " deserialize(payload, YourClass.class).",
                null);
    }
}
