package io.micropatterns.outbox.fault;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record that came, or an entry of the ledger that should have. */
record Delivery(UUID id, int partition, String key, long number, boolean doomed) {

    /** Marks the events of transactions that will be rolled back. */
    static final String DOOMED = " doomed";

    static Delivery of(ConsumerRecord<String, String> record) {
        byte[] id = Objects.requireNonNull(record.headers().lastHeader("event-id"), "event-id")
                .value();
        boolean doomed = record.value().endsWith(DOOMED);
        String number = record.value().replace(DOOMED, "");
        return new Delivery(
                UUID.fromString(new String(id, StandardCharsets.UTF_8)),
                record.partition(),
                record.key(),
                Long.parseLong(number),
                doomed);
    }
}
