package io.micropatterns.outbox.autoconfigure;

import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Conditional;

/** Where the table is polled, or at least nothing says that it is not. */
final class OnPolling extends NoneNestedConditions {

    OnPolling() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @Conditional(OnStreaming.class)
    static class Streaming {}
}
