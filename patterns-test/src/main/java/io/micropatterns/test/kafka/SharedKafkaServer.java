package io.micropatterns.test.kafka;

import io.micropatterns.test.ServerKind;
import java.util.Map;

/**
 * The cluster that all tests of this JVM share, and that none of them can close.
 */
final class SharedKafkaServer implements KafkaServer {

    private final KafkaServer delegate;

    private SharedKafkaServer(KafkaServer delegate) {
        this.delegate = delegate;
    }

    static KafkaServer instance() {
        return Holder.INSTANCE;
    }

    @Override
    public ServerKind kind() {
        return delegate.kind();
    }

    @Override
    public String bootstrapServers() {
        return delegate.bootstrapServers();
    }

    @Override
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        delegate.createTopic(name, partitions, configs);
    }

    @Override
    public void stop() {
        throw unsupported();
    }

    @Override
    public void restart() {
        throw unsupported();
    }

    @Override
    public void stopHard() {
        throw unsupported();
    }

    @Override
    public void pause() {
        throw unsupported();
    }

    @Override
    public void resume() {
        throw unsupported();
    }

    @Override
    public void close() {
        // Other tests still use it; it ends with the JVM.
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("The shared Kafka cluster serves all tests of this JVM: start one of"
                + " your own with KafkaServer.builder().embedded() to stop, kill or pause it");
    }

    private static final class Holder {

        static final KafkaServer INSTANCE = start();

        private static KafkaServer start() {
            KafkaServer server = KafkaServer.start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shared-kafka-close"));
            return new SharedKafkaServer(server);
        }
    }
}
