package io.micropatterns.outbox;

import io.micropatterns.core.payload.PayloadType;

/** An event that names its own topic, so that tests on one broker do not meet. */
@PayloadType("noted")
@OutboxEvent(topic = "#{topic}", key = "key", headers = "text=text")
public record Noted(String topic, String key, String text) {}
