package io.micropatterns.core.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the inbox.
 *
 * @param enabled Whether the inbox and the Idempotent annotation are configured.
 * @param maxWait How long a duplicate waits for a first that is still at work; 0 tells it at once. From 0 to 1 hour.
 * @param retention How long keys are remembered: longer than any message can come again. From 1 minute to 10 years.
 * @param purgeInterval How often forgotten keys are deleted. From 1 second to 7 days.
 */
@ConfigurationProperties("patterns.inbox")
public record InboxProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("10s") Duration maxWait,
        @DefaultValue("7d") Duration retention,
        @DefaultValue("10m") Duration purgeInterval) {

    public InboxProperties {
        PropertyRange.require("patterns.inbox.max-wait", maxWait, Duration.ZERO, Duration.ofHours(1));
        PropertyRange.require("patterns.inbox.retention", retention, Duration.ofMinutes(1), Duration.ofDays(3_650));
        PropertyRange.require(
                "patterns.inbox.purge-interval", purgeInterval, Duration.ofSeconds(1), Duration.ofDays(7));
    }
}
