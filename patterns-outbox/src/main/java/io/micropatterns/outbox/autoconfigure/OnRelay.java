package io.micropatterns.outbox.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;

/** Where this instance relays events. */
final class OnRelay extends NoneNestedConditions {

    OnRelay() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnProperty(name = "patterns.outbox.relay", havingValue = "none")
    static class None {}
}
