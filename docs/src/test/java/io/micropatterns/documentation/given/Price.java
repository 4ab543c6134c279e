package io.micropatterns.documentation.given;

/** What is looked up. */
public record Price(String sku, long cents) {}
