package io.micropatterns.core.deadletter;

/**
 * How many letters there are of one kind.
 *
 * @param source the pattern that parked them
 * @param status what happens next to them
 * @param type the payload's logical name
 * @param count how many; at least 1
 */
public record DeadLetterCount(String source, DeadLetterStatus status, String type, long count) {}
