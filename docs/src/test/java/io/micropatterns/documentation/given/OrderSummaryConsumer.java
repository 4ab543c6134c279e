package io.micropatterns.documentation.given;

public interface OrderSummaryConsumer {

    void on(OrderPlaced event, String eventId);
}
