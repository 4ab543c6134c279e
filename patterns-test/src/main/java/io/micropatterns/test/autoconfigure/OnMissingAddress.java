package io.micropatterns.test.autoconfigure;

import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches when a property is not set or empty, whether it is written as one value or as a list.
 */
abstract class OnMissingAddress extends SpringBootCondition {

    private final String property;

    private OnMissingAddress(String property) {
        this.property = property;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        List<String> values = Binder.get(context.getEnvironment())
                .bind(property, Bindable.listOf(String.class))
                .orElseGet(List::of);
        ConditionMessage.Builder message = ConditionMessage.forCondition("Missing address");
        return values.stream().allMatch(String::isBlank)
                ? ConditionOutcome.match(message.because(property + " is not set"))
                : ConditionOutcome.noMatch(message.because(property + " is set"));
    }

    static final class DataSource extends OnMissingAddress {

        DataSource() {
            super("spring.datasource.url");
        }
    }

    static final class Kafka extends OnMissingAddress {

        Kafka() {
            super("spring.kafka.bootstrap-servers");
        }
    }
}
