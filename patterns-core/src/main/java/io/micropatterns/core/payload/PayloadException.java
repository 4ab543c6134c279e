package io.micropatterns.core.payload;

import org.jspecify.annotations.Nullable;

/** The root of every exception that payload types and serialisation throw. */
public class PayloadException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String type;

    /** A failure with a payload of this type. */
    public PayloadException(String type, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.type = type;
    }

    /** The payload's logical name, or its class name where it has none. */
    public String type() {
        return type;
    }
}
