package io.micropatterns.outbox.kafka;

import io.micropatterns.outbox.OutboxPublisher;
import io.micropatterns.test.network.Ports;
import org.junit.jupiter.api.Test;

class ExactlyOncePublisherTests extends KafkaOutboxPublisherContract {

    ExactlyOncePublisherTests() {
        super(true);
    }

    @Test
    void openingFailsWithItsReasonWhileThereIsNoBroker() {
        try (OutboxPublisher nowhere = publisher("127.0.0.1:" + Ports.free())) {
            failsToOpenWithoutItsStream(nowhere);
        }
    }
}
