package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.core.autoconfigure.PatternConfigurationException;
import io.micropatterns.core.autoconfigure.PayloadTypesCustomizer;
import io.micropatterns.escrow.ReservationEvent;
import io.micropatterns.escrow.ReservationEvents;
import io.micropatterns.escrow.outbox.OutboxReservationEvents;
import io.micropatterns.outbox.Outbox;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Publishes events of reservations through the outbox, where that is wanted and the application does not take them itself. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("patterns.escrow.events.enabled")
@ConditionalOnMissingBean(ReservationEvents.class)
class EscrowEventsConfiguration {

    private static PatternConfigurationException noOutbox(String why, String action) {
        return new PatternConfigurationException(
                "The property patterns.escrow.events.enabled is true, but " + why + ".",
                action + ", or remove patterns.escrow.events.enabled.");
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Outbox.class)
    static class ThroughOutbox {

        @Bean
        OutboxReservationEvents reservationEvents(ObjectProvider<Outbox> outbox, EscrowProperties properties) {
            return new OutboxReservationEvents(
                    outbox.getIfAvailable(ThroughOutbox::noBean),
                    properties.events().topic());
        }

        /** So that listeners in this application can read them: {@code patterns.outbox.publisher=spring}. */
        @Bean
        PayloadTypesCustomizer reservationEventTypes() {
            return types -> types.register(ReservationEvent.class.getPermittedSubclasses());
        }

        private static Outbox noBean() {
            throw noOutbox("there is no outbox to publish by", "Remove patterns.outbox.enabled=false");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("io.micropatterns.outbox.Outbox")
    static class WithoutOutbox {

        @Bean
        ReservationEvents reservationEvents() {
            throw noOutbox(
                    "the outbox is not on the class path", "Add the dependency io.micropatterns:patterns-outbox");
        }
    }
}
