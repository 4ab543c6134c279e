package io.micropatterns.documentation.given;

public record NewOrder(String customerId, String sku) {}
