package io.micropatterns.outbox;

class ExactlyOnceDeadLetterTests extends AbstractDeadLetterTests {

    ExactlyOnceDeadLetterTests() {
        super(true, false);
    }
}
