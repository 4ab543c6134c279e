package io.micropatterns.escrow.autoconfigure;

import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Conditional;

/** Where all resources are in the application's only or primary database. */
final class OnOneDatabase extends NoneNestedConditions {

    OnOneDatabase() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @Conditional(OnShards.class)
    static class Shards {}
}
