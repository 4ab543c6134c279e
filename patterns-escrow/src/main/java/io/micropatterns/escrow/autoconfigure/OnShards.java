package io.micropatterns.escrow.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Where resources are divided among several databases. */
final class OnShards extends SpringBootCondition {

    private static final String PROPERTY = "patterns.escrow.shards";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean bound = Binder.get(context.getEnvironment())
                .bind(PROPERTY, Bindable.mapOf(String.class, String.class))
                .map(shards -> !shards.isEmpty())
                .orElse(false);
        ConditionMessage.Builder message = ConditionMessage.forCondition("Escrow's shards");
        return new ConditionOutcome(
                bound,
                bound
                        ? message.found(PROPERTY).atAll()
                        : message.didNotFind(PROPERTY).atAll());
    }
}
