package io.micropatterns.outbox;

import java.util.BitSet;

/** Reaches nobody. */
final class NoSignals implements OutboxSignals {

    @Override
    public void committed(BitSet shards) {}

    @Override
    public void subscribe(Subscriber subscriber) {}
}
