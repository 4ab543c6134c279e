package io.micropatterns.outbox.documentation.given;

public record Receipt(String number) {}
