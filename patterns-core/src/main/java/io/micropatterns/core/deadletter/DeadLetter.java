package io.micropatterns.core.deadletter;

import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that failed and was set aside. The array is not copied: treat it as immutable. Instants are by the
 * database's clock.
 *
 * @param id the letter's own id
 * @param version how often an operator has replaced its payload or headers
 * @param source the pattern that parked it, as in {@code outbox}
 * @param channel the part of the source whose owner tries it again, as in a shard's number
 * @param reference what failed, unique within the source, as in an event's id
 * @param sequence its order within the channel
 * @param key the key that it is ordered by, or {@code null}
 * @param destination where it was to go, as in a topic
 * @param type the payload's logical name
 * @param payload the payload
 * @param headers the headers
 * @param attempts how often it has been tried; 0 for one that has only waited
 * @param status what happens next
 * @param firstFailedAt when it was parked
 * @param lastFailedAt when it failed last
 * @param nextAttemptAt when it is due; only while {@link DeadLetterStatus#RETRYING}
 * @param causeType the class name of what it failed with last; empty for one that has only waited
 * @param causeMessage the message of what it failed with last
 * @param stackTrace the stack of what it failed with last, cut to {@value NewDeadLetter#MAX_STACK_TRACE} characters
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, and large, so it is not copied
public record DeadLetter(
        UUID id,
        int version,
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
        Instant firstFailedAt,
        Instant lastFailedAt,
        @Nullable Instant nextAttemptAt,
        String causeType,
        String causeMessage,
        String stackTrace) {

    public DeadLetter {
        headers = Map.copyOf(headers);
    }

    /** By content, as for any record: the payload's bytes are compared. */
    @Override
    public boolean equals(Object other) {
        return other instanceof DeadLetter that
                && id.equals(that.id)
                && version == that.version
                && source.equals(that.source)
                && channel.equals(that.channel)
                && reference.equals(that.reference)
                && sequence == that.sequence
                && Objects.equals(key, that.key)
                && destination.equals(that.destination)
                && type.equals(that.type)
                && Arrays.equals(payload, that.payload)
                && headers.equals(that.headers)
                && attempts == that.attempts
                && status == that.status
                && firstFailedAt.equals(that.firstFailedAt)
                && lastFailedAt.equals(that.lastFailedAt)
                && Objects.equals(nextAttemptAt, that.nextAttemptAt)
                && causeType.equals(that.causeType)
                && causeMessage.equals(that.causeMessage)
                && stackTrace.equals(that.stackTrace);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Without payload, headers and stack, which may be long or personal. */
    @Override
    public String toString() {
        return "DeadLetter[id=" + id + ", source=" + source + ", channel=" + channel + ", reference=" + reference
                + ", sequence=" + sequence + ", destination=" + destination + ", type=" + type + ", status=" + status
                + ", attempts=" + attempts + ", causeType=" + causeType + "]";
    }
}
