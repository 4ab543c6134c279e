package io.micropatterns.core.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the dead letters.
 *
 * @param enabled Whether the dead letters are configured.
 * @param warnThreshold From how many letters that await an operator on health reports WARN. From 1 to 1000000000.
 * @param metersInterval How often the letters are counted for the meters. From 1 second to 1 day.
 */
@ConfigurationProperties("patterns.dead-letters")
public record DeadLettersProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("1") long warnThreshold,
        @DefaultValue("15s") Duration metersInterval) {

    public DeadLettersProperties {
        PropertyRange.require("patterns.dead-letters.warn-threshold", warnThreshold, 1L, 1_000_000_000L);
        PropertyRange.require(
                "patterns.dead-letters.meters-interval", metersInterval, Duration.ofSeconds(1), Duration.ofDays(1));
    }
}
