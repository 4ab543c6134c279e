package io.micropatterns.outbox;

class ExactlyOnceBlockedKeyTests extends AbstractBlockedKeyTests {

    ExactlyOnceBlockedKeyTests() {
        super(true);
    }
}
