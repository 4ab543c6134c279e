package io.micropatterns.core.autoconfigure;

import io.micropatterns.core.deadletter.DeadLetter;
import io.micropatterns.core.deadletter.DeadLetterCount;
import io.micropatterns.core.deadletter.DeadLetterQuery;
import io.micropatterns.core.deadletter.DeadLetterStatus;
import io.micropatterns.core.deadletter.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The operator's view of the dead letters and what can be done about them. Each operation is a round trip or a few to
 * the database. Thread-safe.
 */
@Endpoint(id = "deadletters")
public final class DeadLettersEndpoint {

    private final DeadLetters deadLetters;

    /** On these dead letters. */
    public DeadLettersEndpoint(DeadLetters deadLetters) {
        this.deadLetters = Objects.requireNonNull(deadLetters, "deadLetters");
    }

    /** A page of letters without their payloads, last failed first; {@code after} is the id of the last of the page before. */
    @ReadOperation
    public Page list(
            @Nullable String source,
            @Nullable String channel,
            @Nullable DeadLetterStatus status,
            @Nullable String type,
            @Nullable String key,
            @Nullable String destination,
            @Nullable UUID after,
            @Nullable Integer limit) {
        DeadLetterQuery query = query(source, channel, status, type, key, destination);
        List<DeadLetter> letters = deadLetters.list(page(query, after, limit));
        return new Page(
                deadLetters.count(query),
                deadLetters.counts(),
                letters.stream().map(DeadLetterView::summary).toList());
    }

    /** One letter with its payload and stack; nothing (404) when it is unknown. */
    @ReadOperation
    public @Nullable DeadLetterView letter(@Selector UUID id) {
        return deadLetters.find(id).map(DeadLetterView::full).orElse(null);
    }

    /** Makes every letter due that meets the criteria, of which there must be at least one. */
    @WriteOperation
    public Result retryAll(
            @Nullable String source,
            @Nullable String channel,
            @Nullable DeadLetterStatus status,
            @Nullable String type,
            @Nullable String key,
            @Nullable String destination) {
        DeadLetterQuery query = query(source, channel, status, type, key, destination);
        if (query.equals(DeadLetterQuery.all())) {
            throw new InvalidEndpointRequestException(
                    "No criterion given", "Give at least one of source, channel, status, type, key, destination");
        }
        return new Result("retry", deadLetters.retryAll(query));
    }

    /**
     * Makes one letter due: {@code retry} as it is, {@code replay} with another payload ({@code payload} as text or
     * {@code payloadBase64}) or other headers, those not given being kept.
     */
    @WriteOperation
    public Result act(
            @Selector UUID id,
            @Selector String action,
            @Nullable String payload,
            @Nullable String payloadBase64,
            @Nullable Map<String, String> headers) {
        boolean done = switch (action) {
            case "retry" -> deadLetters.retry(id);
            case "replay" -> replay(id, payload, payloadBase64, headers);
            default ->
                throw new InvalidEndpointRequestException(
                        "Unknown action '" + action + "'", "The actions are retry and replay; DELETE discards");
        };
        return new Result(action, done ? 1 : 0);
    }

    /** Discards one letter undelivered, for a reason that is logged. */
    @DeleteOperation
    public Result discard(@Selector UUID id, String reason) {
        return new Result("discard", deadLetters.discard(id, reason) ? 1 : 0);
    }

    private boolean replay(
            UUID id, @Nullable String payload, @Nullable String payloadBase64, @Nullable Map<String, String> headers) {
        DeadLetter letter = deadLetters.find(id).orElse(null);
        if (letter == null) {
            return false;
        }
        byte[] data = letter.payload();
        if (payloadBase64 != null) {
            data = decode(payloadBase64);
        } else if (payload != null) {
            data = payload.getBytes(StandardCharsets.UTF_8);
        }
        return deadLetters.replay(id, data, headers == null ? letter.headers() : headers);
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException ex) {
            throw new InvalidEndpointRequestException("payloadBase64 is not Base64", "payloadBase64 is not Base64", ex);
        }
    }

    private DeadLetterQuery page(DeadLetterQuery query, @Nullable UUID after, @Nullable Integer limit) {
        DeadLetterQuery page = query;
        try {
            page = limit == null ? page : page.withLimit(limit);
        } catch (IllegalArgumentException ex) {
            throw new InvalidEndpointRequestException("limit is out of range: " + limit, "limit is out of range", ex);
        }
        if (after != null) {
            DeadLetter last = deadLetters
                    .find(after)
                    .orElseThrow(() -> new InvalidEndpointRequestException(
                            "Letter " + after + " is gone: start from the first page", "after is unknown"));
            page = page.after(last);
        }
        return page;
    }

    private static DeadLetterQuery query(
            @Nullable String source,
            @Nullable String channel,
            @Nullable DeadLetterStatus status,
            @Nullable String type,
            @Nullable String key,
            @Nullable String destination) {
        return DeadLetterQuery.all()
                .withSource(source)
                .withChannel(channel)
                .withStatus(status)
                .withType(type)
                .withKey(key)
                .withDestination(destination);
    }

    /**
     * A page of letters.
     *
     * @param total how many letters meet the criteria
     * @param counts how many letters there are in all, by source, status and type
     * @param letters the page
     */
    public record Page(long total, List<DeadLetterCount> counts, List<DeadLetterView> letters) {}

    /**
     * What an action did.
     *
     * @param action the action
     * @param letters how many letters it changed: none, when the letter is unknown or waits behind an earlier one
     */
    public record Result(String action, int letters) {}
}
