package io.micropatterns.test.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that stands still until a test moves it, forwards or backwards. Views of it in other zones
 * ({@link #withZone(ZoneId)}) move along.
 *
 * <p>Safe for use by several threads.
 */
public final class SettableClock extends Clock {

    private final AtomicReference<Instant> now;

    private final ZoneId zone;

    private SettableClock(AtomicReference<Instant> now, ZoneId zone) {
        this.now = now;
        this.zone = zone;
    }

    /**
     * Returns a clock in UTC that stands at an instant.
     *
     * @param start what it shows
     * @return the clock
     */
    public static SettableClock at(Instant start) {
        return new SettableClock(new AtomicReference<>(start), ZoneOffset.UTC);
    }

    /**
     * Returns a clock in UTC that stands at an instant.
     *
     * @param start what it shows, in ISO-8601 such as {@code 2026-01-01T00:00:00Z}
     * @return the clock
     * @throws java.time.format.DateTimeParseException when the text is not an instant
     */
    public static SettableClock at(String start) {
        return at(Instant.parse(start));
    }

    /**
     * Moves the clock to an instant, which may be earlier than the one it shows.
     *
     * @param instant what it shows from now on
     */
    public void set(Instant instant) {
        now.set(instant);
    }

    /**
     * Moves the clock by a time.
     *
     * @param duration how far, negative to go backwards
     * @return what it shows from now on
     */
    public Instant advance(Duration duration) {
        return now.updateAndGet(instant -> instant.plus(duration));
    }

    @Override
    public Instant instant() {
        return Objects.requireNonNull(now.get());
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public SettableClock withZone(ZoneId zone) {
        return new SettableClock(now, zone);
    }

    @Override
    public String toString() {
        return "SettableClock[" + instant() + "," + zone + "]";
    }
}
