package io.micropatterns.documentation.given;

public record Receipt(String number) {}
