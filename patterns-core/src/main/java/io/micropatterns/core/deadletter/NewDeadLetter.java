package io.micropatterns.core.deadletter;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something to park. Start with {@link #of}; without a withers' word it is {@link DeadLetterStatus#DEAD}. Immutable.
 *
 * @param source the pattern that parks it, as in {@code outbox}
 * @param channel the part of the source whose owner tries it again, as in a shard's number
 * @param reference what failed, unique within the source; parking it twice parks it once
 * @param sequence its order within the channel
 * @param key the key that it is ordered by, or {@code null}
 * @param destination where it was to go
 * @param type the payload's logical name
 * @param payload the payload
 * @param headers the headers
 * @param attempts how often it has been tried
 * @param status what happens next
 * @param nextAttempt how long from now until it is due; only with {@link DeadLetterStatus#RETRYING}
 * @param cause what it failed with; {@code null} for one that only waits
 */
@SuppressWarnings("ArrayRecordComponent") // the payload is large, so it is not copied
public record NewDeadLetter(
        String source,
        String channel,
        String reference,
        long sequence,
        @Nullable String key,
        String destination,
        String type,
        byte[] payload,
        Map<String, String> headers,
        int attempts,
        DeadLetterStatus status,
        @Nullable Duration nextAttempt,
        @Nullable Throwable cause) {

    /** The longest cause message kept, in characters. */
    public static final int MAX_CAUSE_MESSAGE = 2_000;

    /** The longest stack trace kept, in characters. */
    public static final int MAX_STACK_TRACE = 16_000;

    public NewDeadLetter {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(status, "status");
        headers = Map.copyOf(headers);
        if (attempts < 0) {
            throw new IllegalArgumentException("attempts must not be negative, but was " + attempts);
        }
        if (status == DeadLetterStatus.WAITING && key == null) {
            throw new IllegalArgumentException("a letter without a key waits for nobody: reference " + reference);
        }
        if ((status == DeadLetterStatus.RETRYING) != (nextAttempt != null)) {
            throw new IllegalArgumentException(
                    "nextAttempt belongs to RETRYING, and to nothing else: " + status + ", " + nextAttempt);
        }
    }

    /** A letter that is {@link DeadLetterStatus#DEAD} after no attempt, with no headers and no cause. */
    public static NewDeadLetter of(
            String source,
            String channel,
            String reference,
            long sequence,
            @Nullable String key,
            String destination,
            String type,
            byte[] payload) {
        return new NewDeadLetter(
                source,
                channel,
                reference,
                sequence,
                key,
                destination,
                type,
                payload,
                Map.of(),
                0,
                DeadLetterStatus.DEAD,
                null,
                null);
    }

    /** With these headers. */
    public NewDeadLetter withHeaders(Map<String, String> headers) {
        return with(headers, attempts, status, nextAttempt, cause);
    }

    /** Failed for good after so many attempts. */
    public NewDeadLetter dead(int attempts, Throwable cause) {
        return with(headers, attempts, DeadLetterStatus.DEAD, null, cause);
    }

    /** Failed after so many attempts, to be tried again after a delay. */
    public NewDeadLetter retrying(int attempts, Throwable cause, Duration nextAttempt) {
        return with(headers, attempts, DeadLetterStatus.RETRYING, nextAttempt, cause);
    }

    /** Not tried, because an earlier letter of its key stands in its way. */
    public NewDeadLetter waiting() {
        return with(headers, 0, DeadLetterStatus.WAITING, null, null);
    }

    /** Without payload and headers, which may be long or personal. */
    @Override
    public String toString() {
        return "NewDeadLetter[source=" + source + ", channel=" + channel + ", reference=" + reference + ", sequence="
                + sequence + ", destination=" + destination + ", type=" + type + ", status=" + status + "]";
    }

    private NewDeadLetter with(
            Map<String, String> headers,
            int attempts,
            DeadLetterStatus status,
            @Nullable Duration nextAttempt,
            @Nullable Throwable cause) {
        return new NewDeadLetter(
                source,
                channel,
                reference,
                sequence,
                key,
                destination,
                type,
                payload,
                headers,
                attempts,
                status,
                nextAttempt,
                cause);
    }
}
