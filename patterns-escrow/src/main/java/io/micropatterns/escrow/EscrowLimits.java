package io.micropatterns.escrow;

import java.time.Duration;

/** How much of it there may be in a request, so that it is refused before a database would refuse it. Stateless. */
public final class EscrowLimits {

    /** Most characters of a resource's name and of a request's id: {@value}, as many as any entry of an index has room for. */
    public static final int MAX_CHARACTERS = 800;

    /** Most stripes of a resource: {@value}. */
    public static final int MAX_STRIPES = 1_024;

    /** The longest time for which a reservation is held at once: 3650 days. */
    public static final Duration MAX_TIME_TO_LIVE = Duration.ofDays(3_650);

    private static final Duration MIN_TIME_TO_LIVE = Duration.ofMillis(1);

    private EscrowLimits() {}

    /**
     * Checks the name of a resource.
     *
     * @throws IllegalArgumentException when it is blank, too long, or has a NUL character
     */
    public static void checkName(String resource) {
        check("a resource's name", resource);
    }

    /**
     * Checks the number of stripes.
     *
     * @throws IllegalArgumentException when it is not between 1 and {@value #MAX_STRIPES}
     */
    public static void checkStripes(int stripes) {
        if (stripes < 1 || stripes > MAX_STRIPES) {
            throw new IllegalArgumentException("stripes must be between 1 and " + MAX_STRIPES + ", but is " + stripes);
        }
    }

    static void checkRequestId(String id) {
        check("requestId", id);
    }

    static Duration checkTimeToLive(Duration time) {
        if (time.compareTo(MIN_TIME_TO_LIVE) < 0 || time.compareTo(MAX_TIME_TO_LIVE) > 0) {
            throw new IllegalArgumentException(
                    "timeToLive must be between 1 ms and " + MAX_TIME_TO_LIVE.toDays() + " days, but is " + time);
        }
        return time;
    }

    private static void check(String what, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(what + " is blank");
        }
        if (text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    what + " must have " + MAX_CHARACTERS + " characters at most, but has " + text.length());
        }
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " has a NUL character: " + text.replace('\0', '?'));
        }
    }
}
