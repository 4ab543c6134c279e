package io.micropatterns.outbox.kafka;

import io.micropatterns.outbox.OutboxHeaders;
import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.outbox.StreamReader;
import io.micropatterns.outbox.contract.OutboxPublisherContract;
import io.micropatterns.test.kafka.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** The contract on Kafka, in both modes. */
abstract class KafkaOutboxPublisherContract extends OutboxPublisherContract {

    private final boolean exactlyOnce;

    KafkaOutboxPublisherContract(boolean exactlyOnce) {
        this.exactlyOnce = exactlyOnce;
    }

    @Override
    protected OutboxPublisher newPublisher() {
        return publisher(KafkaServer.shared().bootstrapServers());
    }

    final OutboxPublisher publisher(String bootstrapServers) {
        Map<String, Object> clients = Map.of("bootstrap.servers", bootstrapServers, "default.api.timeout.ms", 2_000);
        return KafkaOutboxPublisher.builder("contract-" + UUID.randomUUID())
                .clients(clients, clients, clients)
                .exactlyOnce(exactlyOnce)
                .progressPartitions(5)
                .build();
    }

    @Override
    protected String newTopic() {
        String topic = "contract-" + UUID.randomUUID();
        KafkaServer.shared().createTopic(topic, 1, Map.of("max.message.bytes", "2000"));
        return topic;
    }

    @Override
    protected List<Delivered> delivered(String topic, int count) {
        try (StreamReader reader = new StreamReader(KafkaServer.shared().bootstrapServers(), topic)) {
            return reader.readUntil(read -> read.size() >= count).stream()
                    .map(KafkaOutboxPublisherContract::delivered)
                    .toList();
        }
    }

    private static Delivered delivered(ConsumerRecord<String, String> record) {
        Map<String, String> headers = StreamSupport.stream(record.headers().spliterator(), false)
                .collect(Collectors.toMap(
                        Header::key, header -> new String(header.value(), StandardCharsets.UTF_8), (a, b) -> b));
        return new Delivered(
                UUID.fromString(headers.get(OutboxHeaders.EVENT_ID)),
                record.key(),
                record.value().getBytes(StandardCharsets.UTF_8),
                headers);
    }

    @Override
    protected byte[] rejectedPayload() {
        return new byte[5_000];
    }
}
