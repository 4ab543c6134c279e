package io.micropatterns.core.deadletter;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant; a criterion that is {@code null} admits all. Immutable.
 *
 * @param source the pattern that parked it
 * @param channel the channel within the source
 * @param status what happens next to it
 * @param type the payload's logical name
 * @param key the key
 * @param destination where it was to go
 * @param after the last letter of the page before, or {@code null} for the first page
 * @param limit the page's size, 1 to {@value #MAX_LIMIT}; it bounds a list only, not a count or a retry of all
 */
public record DeadLetterQuery(
        @Nullable String source,
        @Nullable String channel,
        @Nullable DeadLetterStatus status,
        @Nullable String type,
        @Nullable String key,
        @Nullable String destination,
        @Nullable Position after,
        int limit) {

    /** The page's size unless it is set. */
    public static final int DEFAULT_LIMIT = 100;

    /** The largest page. */
    public static final int MAX_LIMIT = 1_000;

    public DeadLetterQuery {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be between 1 and " + MAX_LIMIT + ", but was " + limit);
        }
    }

    /**
     * A place in the list, which is sorted by last failure, newest first.
     *
     * @param lastFailedAt when the letter failed last
     * @param id the letter's id
     */
    public record Position(Instant lastFailedAt, UUID id) {

        public Position {
            Objects.requireNonNull(lastFailedAt, "lastFailedAt");
            Objects.requireNonNull(id, "id");
        }
    }

    /** All letters, a page of {@value #DEFAULT_LIMIT}. */
    public static DeadLetterQuery all() {
        return new DeadLetterQuery(null, null, null, null, null, null, null, DEFAULT_LIMIT);
    }

    /** Parked by this pattern. */
    public DeadLetterQuery withSource(@Nullable String source) {
        return new DeadLetterQuery(source, channel, status, type, key, destination, after, limit);
    }

    /** In this channel. */
    public DeadLetterQuery withChannel(@Nullable String channel) {
        return new DeadLetterQuery(source, channel, status, type, key, destination, after, limit);
    }

    /** In this status. */
    public DeadLetterQuery withStatus(@Nullable DeadLetterStatus status) {
        return new DeadLetterQuery(source, channel, status, type, key, destination, after, limit);
    }

    /** Of this logical type. */
    public DeadLetterQuery withType(@Nullable String type) {
        return new DeadLetterQuery(source, channel, status, type, key, destination, after, limit);
    }

    /** Of this key. */
    public DeadLetterQuery withKey(@Nullable String key) {
        return new DeadLetterQuery(source, channel, status, type, key, destination, after, limit);
    }

    /** Bound for this destination. */
    public DeadLetterQuery withDestination(@Nullable String destination) {
        return new DeadLetterQuery(source, channel, status, type, key, destination, after, limit);
    }

    /** A page of this size. */
    public DeadLetterQuery withLimit(int limit) {
        return new DeadLetterQuery(source, channel, status, type, key, destination, after, limit);
    }

    /** The page after the one that ends with this letter. */
    public DeadLetterQuery after(DeadLetter last) {
        return after(new Position(last.lastFailedAt(), last.id()));
    }

    /** The page after this position. */
    public DeadLetterQuery after(@Nullable Position position) {
        return new DeadLetterQuery(source, channel, status, type, key, destination, position, limit);
    }
}
