package io.micropatterns.outbox;

import java.util.BitSet;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Gathers the shards that a transaction stores events in, and signals them once it has committed. */
final class CommitSignal implements TransactionSynchronization {

    private final OutboxSignals signals;
    private final BitSet shards = new BitSet();

    private CommitSignal(OutboxSignals signals) {
        this.signals = signals;
    }

    static BitSet ofCurrentTransaction(OutboxSignals signals) {
        CommitSignal bound = (CommitSignal) TransactionSynchronizationManager.getResource(signals);
        if (bound == null) {
            bound = new CommitSignal(signals);
            TransactionSynchronizationManager.bindResource(signals, bound);
            TransactionSynchronizationManager.registerSynchronization(bound);
        }
        return bound.shards;
    }

    @Override
    public void suspend() {
        TransactionSynchronizationManager.unbindResourceIfPossible(signals);
    }

    @Override
    public void resume() {
        TransactionSynchronizationManager.bindResource(signals, this);
    }

    @Override
    public void afterCompletion(int status) {
        TransactionSynchronizationManager.unbindResourceIfPossible(signals);
        // Also when the outcome is unknown: a signal is only a hint to look.
        if (status != STATUS_ROLLED_BACK) {
            signals.committed(shards);
        }
    }
}
