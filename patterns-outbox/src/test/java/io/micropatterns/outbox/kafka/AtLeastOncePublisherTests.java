package io.micropatterns.outbox.kafka;

class AtLeastOncePublisherTests extends KafkaOutboxPublisherContract {

    AtLeastOncePublisherTests() {
        super(false);
    }
}
