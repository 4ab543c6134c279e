package io.micropatterns.outbox.autoconfigure;

import io.micropatterns.outbox.OutboxRelay;
import org.springframework.context.SmartLifecycle;

/** Starts the relay when the application is ready and stops it while its data source and clients still work. */
final class OutboxRelayLifecycle implements SmartLifecycle {

    private final OutboxRelay relay;

    OutboxRelayLifecycle(OutboxRelay relay) {
        this.relay = relay;
    }

    @Override
    public void start() {
        relay.start();
    }

    @Override
    public void stop() {
        relay.stop();
    }

    @Override
    public boolean isRunning() {
        return relay.isRunning();
    }
}
