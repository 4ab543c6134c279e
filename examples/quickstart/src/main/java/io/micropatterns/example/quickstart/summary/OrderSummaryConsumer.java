package io.micropatterns.example.quickstart.summary;

import io.micropatterns.core.inbox.Idempotent;
import io.micropatterns.example.quickstart.order.OrderPlaced;
import io.micropatterns.outbox.OutboxHeaders;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Fills the read model from the topic. Kafka delivers a record again after a rebalance or a crash; the inbox remembers
 * its event id in the same transaction as its effect, so that the effect happens once.
 */
@Component
class OrderSummaryConsumer {

    private final OrderSummaries summaries;

    OrderSummaryConsumer(OrderSummaries summaries) {
        this.summaries = summaries;
    }

    @KafkaListener(id = "order-summaries", topics = "orders", concurrency = "3")
    @Idempotent(consumer = "order-summaries", key = "#eventId")
    @Transactional
    void on(@Payload OrderPlaced event, @Header(OutboxHeaders.EVENT_ID) String eventId) {
        summaries.apply(event);
    }
}
