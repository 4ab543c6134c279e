package io.micropatterns.outbox.relay;

import java.time.Duration;

/** Lengths of waits. */
final class Waits {

    private Waits() {}

    static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
