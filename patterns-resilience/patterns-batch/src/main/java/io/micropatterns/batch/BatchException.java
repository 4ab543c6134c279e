package io.micropatterns.batch;

import org.jspecify.annotations.Nullable;

/** An item could not be handed over, or its outcome could not be told; the root of this module's exceptions. */
public class BatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String coalescer;

    /** Of this coalescer. */
    public BatchException(String coalescer, String message, @Nullable Throwable cause) {
        super("Coalescer '" + coalescer + "': " + message, cause);
        this.coalescer = coalescer;
    }

    /** The coalescer's name. */
    public String coalescer() {
        return coalescer;
    }
}
