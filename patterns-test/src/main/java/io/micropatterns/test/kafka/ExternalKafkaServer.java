package io.micropatterns.test.kafka;

import io.micropatterns.test.ServerKind;

/**
 * A cluster that somebody else runs.
 */
final class ExternalKafkaServer extends AbstractKafkaServer implements UnkillableKafkaServer {

    ExternalKafkaServer(String bootstrapServers) {
        super(bootstrapServers);
    }

    @Override
    public ServerKind kind() {
        return ServerKind.EXTERNAL;
    }

    @Override
    public void stop() {
        throw unsupported("stopped");
    }

    @Override
    public void restart() {
        throw unsupported("restarted");
    }

    @Override
    public void close() {
        // It belongs to somebody else.
    }

    @Override
    public UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException("The external Kafka cluster at " + bootstrapServers() + " cannot be "
                + what + " from here: call embedded() on the builder for one that can");
    }
}
