package io.micropatterns.test.kafka;

import io.micropatterns.test.process.ChildJvm;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the JVM of {@link ChildBrokers} runs: brokers until {@code SIGTERM}, or until the parent ends. Each argument is a
 * broker's configuration.
 */
final class ChildBrokersMain {

    /** What it prints when all brokers have started. */
    static final String READY = "brokers ready";

    private ChildBrokersMain() {}

    public static void main(String[] arguments) {
        ChildJvm.exitWithParent();
        List<KafkaNodeConfig> configs =
                Stream.of(arguments).map(KafkaNodeConfig::parse).toList();
        Brokers brokers = new LocalBrokers(configs);
        try {
            brokers.start();
        } catch (Throwable ex) {
            ex.printStackTrace();
            // Threads of what has started would keep this JVM alive.
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(brokers::stop, "brokers-stop"));
        // Standard output is how a child speaks to its parent.
        System.out.println(READY);
    }
}
