package io.micropatterns.outbox;

class AtLeastOnceBlockedKeyTests extends AbstractBlockedKeyTests {

    AtLeastOnceBlockedKeyTests() {
        super(false);
    }
}
