package io.micropatterns.outbox.documentation.given;

public record NewOrder(String customerId, String sku) {}
