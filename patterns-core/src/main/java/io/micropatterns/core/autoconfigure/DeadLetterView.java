package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as the endpoint shows it. Headers, payload and stack are shown for a single letter only.
 *
 * @param id the letter's own id
 * @param source the pattern that parked it
 * @param channel the part of the source whose owner tries it again
 * @param reference what failed
 * @param sequence its order within the channel
 * @param key the key that it is ordered by
 * @param destination where it was to go
 * @param type the payload's logical name
 * @param attempts how often it has been tried
 * @param status what happens next
 * @param firstFailedAt when it was parked
 * @param lastFailedAt when it failed last
 * @param nextAttemptAt when it is due
 * @param causeType the class name of what it failed with last
 * @param causeMessage the message of what it failed with last
 * @param stackTrace the stack of what it failed with last
 * @param headers the headers
 * @param payload the payload, when it is UTF-8 text
 * @param payloadBase64 the payload in Base64, when it is not
 */
public record DeadLetterView(
        UUID id,
        String source,
        String channel,
        String reference,
        long sequence,
        @Nullable String key,
        String destination,
        String type,
        int attempts,
        DeadLetterStatus status,
        Instant firstFailedAt,
        Instant lastFailedAt,
        @Nullable Instant nextAttemptAt,
        String causeType,
        String causeMessage,
        @Nullable String stackTrace,
        @Nullable Map<String, String> headers,
        @Nullable String payload,
        @Nullable String payloadBase64) {

    static DeadLetterView summary(DeadLetter letter) {
        return of(letter, null, null, null, null);
    }

    static DeadLetterView full(DeadLetter letter) {
        String text = text(letter.payload());
        String base64 = text == null ? Base64.getEncoder().encodeToString(letter.payload()) : null;
        return of(letter, letter.stackTrace(), letter.headers(), text, base64);
    }

    private static DeadLetterView of(
            DeadLetter letter,
            @Nullable String stackTrace,
            @Nullable Map<String, String> headers,
            @Nullable String payload,
            @Nullable String payloadBase64) {
        return new DeadLetterView(
                letter.id(),
                letter.source(),
                letter.channel(),
                letter.reference(),
                letter.sequence(),
                letter.key(),
                letter.destination(),
                letter.type(),
                letter.attempts(),
                letter.status(),
                letter.firstFailedAt(),
                letter.lastFailedAt(),
                letter.nextAttemptAt(),
                letter.causeType(),
                letter.causeMessage(),
                stackTrace,
                headers,
                payload,
                payloadBase64);
    }

    private static @Nullable String text(byte[] data) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
        } catch (CharacterCodingException ex) {
            return null;
        }
    }
}
