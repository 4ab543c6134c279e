/** Publishes to Kafka: each page and the relay's progress in one Kafka transaction, or by an idempotent producer. */
@NullMarked
package io.micropatterns.outbox.kafka;

import org.jspecify.annotations.NullMarked;
