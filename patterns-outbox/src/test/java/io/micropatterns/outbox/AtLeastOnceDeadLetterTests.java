package io.micropatterns.outbox;

class AtLeastOnceDeadLetterTests extends AbstractDeadLetterTests {

    AtLeastOnceDeadLetterTests() {
        super(false, false);
    }
}
