package io.micropatterns.benchmarks.subjects;

import io.micropatterns.benchmarks.kit.OrderPlaced;
import io.micropatterns.benchmarks.kit.PooledSubject;

/** The business row without any event: what a transaction costs before there is an outbox. */
public final class BareSubject extends PooledSubject {

    @Override
    public void publish(OrderPlaced event) {}
}
