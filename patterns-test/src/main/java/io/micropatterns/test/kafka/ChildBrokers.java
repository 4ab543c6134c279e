package io.micropatterns.test.kafka;

import io.micropatterns.test.process.ChildJvm;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brokers in a JVM of their own, a new one for each start.
 */
final class ChildBrokers implements Brokers {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

    private static final int MEGABYTES_PER_BROKER = 256;

    private final List<KafkaNodeConfig> configs;

    private @Nullable ChildJvm child;

    ChildBrokers(List<KafkaNodeConfig> configs) {
        this.configs = List.copyOf(configs);
    }

    @Override
    public void start() {
        ChildJvm started = ChildJvm.builder(ChildBrokersMain.class)
                // Quick to start rather than fast for long; the log cleaner alone takes 128 MB.
                .jvmOptions("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", maxHeap())
                // Logback is not alone on the class path: its default would print all that Kafka has to tell.
                .systemProperty("logback.configurationFile", "io/micropatterns/test/kafka/logback-brokers.xml")
                .arguments(configs.stream().map(KafkaNodeConfig::toText).toArray(String[]::new))
                .start();
        child = started;
        try {
            started.awaitLine(ChildBrokersMain.READY::equals, START_TIMEOUT);
        } catch (IllegalStateException ex) {
            started.kill();
            throw new KafkaServerException(
                    "The JVM of the brokers did not start them: " + ex.getMessage(), cause(started, ex));
        }
    }

    private String maxHeap() {
        return "-Xmx" + (configs.size() + 1) * MEGABYTES_PER_BROKER + "m";
    }

    private static Exception cause(ChildJvm child, Exception failure) {
        String name = BindException.class.getName();
        boolean portTaken = child.output().stream().anyMatch(line -> line.contains(name));
        return portTaken ? (BindException) new BindException("A port is taken").initCause(failure) : failure;
    }

    @Override
    public void stop() {
        if (child == null) {
            return;
        }
        child.resume();
        child.terminate();
        try {
            child.awaitExit(STOP_TIMEOUT);
        } finally {
            stopHard();
        }
    }

    @Override
    public void stopHard() {
        if (child != null) {
            child.close();
            child = null;
        }
    }

    @Override
    public void pause() {
        if (child == null) {
            throw new IllegalStateException("The brokers do not run");
        }
        child.pause();
    }

    @Override
    public void resume() {
        if (child != null) {
            child.resume();
        }
    }
}
