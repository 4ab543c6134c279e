package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.escrow.ConfirmAdvisor;
import io.micropatterns.escrow.CurrentReservation;
import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.ReserveAdvisor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/** Auto-configuration of {@code @Reserve}. */
@AutoConfiguration(
        after = EscrowAutoConfiguration.class,
        // The inner advisor must be registered after those that it is to run inside of, whose order it shares.
        afterName = {
            "io.micropatterns.core.autoconfigure.InboxAutoConfiguration",
            "org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration"
        })
@ConditionalOnBean(Escrow.class)
public final class ReserveAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static CurrentReservation currentReservation() {
        return new CurrentReservation();
    }

    @Bean
    @ConditionalOnMissingBean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ReserveAdvisor reserveAdvisor(ObjectProvider<Escrow> escrow, CurrentReservation current) {
        return new ReserveAdvisor(escrow::getObject, current);
    }

    @Bean
    @ConditionalOnMissingBean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ConfirmAdvisor confirmAdvisor(CurrentReservation current) {
        return new ConfirmAdvisor(current);
    }
}
