package io.micropatterns.outbox.wal;

import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.contract.ChangeSourceContract;

/** The contract on PgJDBC alone. */
class WalChangeSourceTests extends ChangeSourceContract {

    @Override
    protected ChangeSource newSource(ReplicationAddress address) {
        return new WalChangeSource(address, Thread::new);
    }
}
