package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.escrow.Escrow;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Auto-configuration of what watches for {@code @Reserve} where there is no escrow. */
@AutoConfiguration(after = EscrowAutoConfiguration.class)
@ConditionalOnMissingBean(Escrow.class)
public final class ReserveWithoutEscrowAutoConfiguration {

    @Bean
    static ReserveWithoutEscrow reserveWithoutEscrow(Environment environment) {
        return new ReserveWithoutEscrow(environment.getProperty("patterns.escrow.enabled", Boolean.class, true));
    }
}
