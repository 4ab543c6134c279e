package io.micropatterns.core.autoconfigure;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Checks configuration properties with a message that names the key and the range. Stateless. */
public final class PropertyRange {

    private PropertyRange() {}

    /**
     * Gives the value back if it lies between the limits, both included.
     *
     * @throws InvalidConfigurationPropertyValueException when it does not
     */
    public static <T extends Comparable<T>> T require(String key, T value, T minimum, T maximum) {
        if (value.compareTo(minimum) < 0 || value.compareTo(maximum) > 0) {
            throw new InvalidConfigurationPropertyValueException(
                    key, value, "It must be between " + minimum + " and " + maximum + ".");
        }
        return value;
    }
}
