package io.micropatterns.test.kafka;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a Kafka cluster cannot be started or does not do what it is asked for.
 */
public class KafkaServerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what failed
     * @param cause why, or {@code null}
     */
    public KafkaServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
