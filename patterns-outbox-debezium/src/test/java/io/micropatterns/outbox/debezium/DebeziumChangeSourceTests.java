package io.micropatterns.outbox.debezium;

import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.ReplicationAddress;
import io.micropatterns.outbox.contract.ChangeSourceContract;

/** The contract on Debezium's engine. */
class DebeziumChangeSourceTests extends ChangeSourceContract {

    @Override
    protected ChangeSource newSource(ReplicationAddress address) {
        return new DebeziumChangeSource(address);
    }
}
