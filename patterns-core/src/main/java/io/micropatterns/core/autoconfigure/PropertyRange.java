package io.micropatterns.core.autoconfigure;

import java.time.Duration;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.unit.DataSize;

/** Checks configuration properties with a message that names the key and the range, in the units users write. Stateless. */
public final class PropertyRange {

    private PropertyRange() {}

    /**
     * Gives the value back if it lies between the limits, both included.
     *
     * @throws PatternConfigurationException when it does not
     */
    public static <T extends Comparable<T>> T require(String key, T value, T minimum, T maximum) {
        if (value.compareTo(minimum) < 0 || value.compareTo(maximum) > 0) {
            throw new PatternConfigurationException(
                    "The property " + key + " is " + text(value) + ", but must be between " + text(minimum) + " and "
                            + text(maximum) + ".",
                    "Set " + key + " to a value in that range, or leave it out for its default.");
        }
        return value;
    }

    private static String text(Object value) {
        if (value instanceof Duration duration) {
            return duration.isZero() ? "0s" : DurationFormatterUtils.print(duration, DurationFormat.Style.COMPOSITE);
        }
        return value instanceof DataSize size ? text(size) : value.toString();
    }

    private static String text(DataSize size) {
        if (size.toBytes() % DataSize.ofGigabytes(1).toBytes() == 0) {
            return size.toGigabytes() + "GB";
        }
        return size.toBytes() % DataSize.ofMegabytes(1).toBytes() == 0
                ? size.toMegabytes() + "MB"
                : size.toBytes() + "B";
    }
}
