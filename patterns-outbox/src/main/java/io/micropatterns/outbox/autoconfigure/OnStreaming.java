package io.micropatterns.outbox.autoconfigure;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/** Where the database's log is streamed, or is where events wait. */
final class OnStreaming extends AnyNestedCondition {

    OnStreaming() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnProperty(name = "patterns.outbox.relay", havingValue = "wal")
    static class Wal {}

    @ConditionalOnProperty(name = "patterns.outbox.relay", havingValue = "debezium")
    static class Debezium {}

    @ConditionalOnProperty(name = "patterns.outbox.storage", havingValue = "wal")
    static class Messages {}
}
