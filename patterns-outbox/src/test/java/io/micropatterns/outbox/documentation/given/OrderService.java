package io.micropatterns.outbox.documentation.given;

public class OrderService {}
