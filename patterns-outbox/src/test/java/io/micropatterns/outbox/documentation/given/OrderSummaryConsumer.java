package io.micropatterns.outbox.documentation.given;

import io.micropatterns.outbox.OrderPlaced;

public interface OrderSummaryConsumer {

    void on(OrderPlaced event, String eventId);
}
