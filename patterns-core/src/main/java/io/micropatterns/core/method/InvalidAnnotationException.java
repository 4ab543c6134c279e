package io.micropatterns.core.method;

import java.util.Objects;

/**
 * One of the library's annotations cannot do what it says where it stands; thrown when the bean is made. Where Spring Boot starts
 * the application, it is reported without a stack trace, with what to do.
 */
public final class InvalidAnnotationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    InvalidAnnotationException(String description, String action) {
        super(description);
        this.action = Objects.requireNonNull(action, "action");
    }

    /** What to do. */
    public String action() {
        return action;
    }
}
