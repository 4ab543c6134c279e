package io.micropatterns.batch;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one item of a batch.
 *
 * @param <R> what a success carries
 */
public sealed interface ItemOutcome<R extends @Nullable Object> {

    /** It was done. */
    static <R extends @Nullable Object> ItemOutcome<R> success(R result) {
        return new Success<>(result);
    }

    /** It was not done, whatever became of the others. */
    static <R extends @Nullable Object> ItemOutcome<R> failure(Throwable cause) {
        return new Failure<>(cause);
    }

    /**
     * Done.
     *
     * @param result what came of it
     */
    record Success<R extends @Nullable Object>(R result) implements ItemOutcome<R> {}

    /**
     * Not done.
     *
     * @param cause why
     */
    record Failure<R extends @Nullable Object>(Throwable cause) implements ItemOutcome<R> {

        public Failure {
            Objects.requireNonNull(cause, "cause");
        }
    }
}
