package io.micropatterns.core.autoconfigure;

import java.util.Objects;

/** A pattern cannot start as the application is put together; reported without a stack trace, with what to do. */
public final class PatternConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * Ends the start.
     *
     * @param description what is wrong
     * @param action what to do, as an imperative
     */
    public PatternConfigurationException(String description, String action) {
        super(description);
        this.action = Objects.requireNonNull(action, "action");
    }

    /** What to do. */
    public String action() {
        return action;
    }
}
