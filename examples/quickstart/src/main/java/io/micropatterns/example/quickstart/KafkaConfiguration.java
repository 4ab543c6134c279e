package io.micropatterns.example.quickstart;

import io.micropatterns.core.lease.LeaseGroup;
import io.micropatterns.example.quickstart.summary.ParkedOrders;
import java.util.List;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.ContainerCustomizer;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.support.converter.RecordMessageConverter;
import org.springframework.kafka.support.converter.StringJacksonJsonMessageConverter;
import org.springframework.util.backoff.ExponentialBackOff;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class KafkaConfiguration {

    @Bean
    NewTopic ordersTopic() {
        return TopicBuilder.name("orders").partitions(6).build();
    }

    /** Gives listeners the JSON value as the type that they ask for. */
    @Bean
    RecordMessageConverter jsonConverter(JsonMapper mapper) {
        return new StringJacksonJsonMessageConverter(mapper);
    }

    /**
     * Tries a record that fails three times more within a second, and then parks it, so that it does not hold up those
     * behind it. While the database is down nothing can be parked either: the record is then delivered again, and nothing
     * is lost.
     */
    @Bean
    DefaultErrorHandler parkingErrorHandler(ParkedOrders parked) {
        var backOff = new ExponentialBackOff(100, 2);
        backOff.setMaxAttempts(3);
        return new DefaultErrorHandler(parked::park, backOff);
    }

    /** Tells with each record how often it has been delivered, for the dead letters to say. */
    @Bean
    ContainerCustomizer<Object, Object, ConcurrentMessageListenerContainer<Object, Object>> countsDeliveries() {
        return container -> container.getContainerProperties().setDeliveryAttemptHeader(true);
    }

    /** Of all instances, one at a time tries the parked records again. */
    @Bean(initMethod = "start", destroyMethod = "close")
    @DependsOnDatabaseInitialization
    LeaseGroup parkedOrdersOwner(DataSource dataSource, ParkedOrders parked) {
        return LeaseGroup.builder(dataSource, "order-summaries")
                .names(List.of("order-summaries-parked"))
                .work(parked::retryWhileHeld)
                .build();
    }
}
