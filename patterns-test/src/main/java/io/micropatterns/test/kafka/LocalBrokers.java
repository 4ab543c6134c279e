package io.micropatterns.test.kafka;

import java.util.List;

/**
 * Brokers inside this JVM: quick to start, but they cannot be killed or paused without it.
 */
final class LocalBrokers implements Brokers {

    private final List<KafkaNode> nodes;

    LocalBrokers(List<KafkaNodeConfig> configs) {
        this.nodes = configs.stream().map(KafkaNode::new).toList();
    }

    @Override
    public void start() {
        nodes.forEach(KafkaNode::start);
    }

    @Override
    public void stop() {
        // The controller's node last, so that the others can take their leave.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).stop();
        }
    }

    @Override
    public void stopHard() {
        throw unsupported("killed");
    }

    @Override
    public void pause() {
        throw unsupported("paused");
    }

    @Override
    public void resume() {
        throw unsupported("resumed");
    }

    private static UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException("Brokers inside this JVM cannot be " + what
                + " without it: call ownProcess() on the builder for brokers that can");
    }
}
