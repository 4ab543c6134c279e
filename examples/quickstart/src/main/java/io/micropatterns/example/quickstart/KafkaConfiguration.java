package io.micropatterns.example.quickstart;

import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.core.deadletter.NewDeadLetter;
import io.micropatterns.outbox.OutboxHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
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
     * Parks a record in the dead letters when it cannot be read, or has failed for half a minute. While the database is
     * down nothing can be parked either: the record is then delivered again, and nothing is lost.
     */
    @Bean
    DefaultErrorHandler deadLetterErrorHandler(DeadLetters deadLetters) {
        var backOff = new ExponentialBackOff(100, 2);
        backOff.setMaxInterval(5_000);
        backOff.setMaxElapsedTime(30_000);
        return new DefaultErrorHandler((record, failure) -> deadLetters.park(deadLetter(record, failure)), backOff);
    }

    private static NewDeadLetter deadLetter(ConsumerRecord<?, ?> record, Exception failure) {
        var headers = new HashMap<String, String>();
        record.headers().forEach(header -> {
            if (header.value() != null) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        });
        return NewDeadLetter.of(
                        "order-summaries",
                        String.valueOf(record.partition()),
                        record.topic() + "-" + record.partition() + "@" + record.offset(),
                        record.offset(),
                        record.key() == null ? null : record.key().toString(),
                        record.topic(),
                        headers.getOrDefault(OutboxHeaders.EVENT_TYPE, "unknown"),
                        record.value() == null
                                ? new byte[0]
                                : record.value().toString().getBytes(StandardCharsets.UTF_8))
                .withHeaders(Map.copyOf(headers))
                .dead(1, failure);
    }
}
