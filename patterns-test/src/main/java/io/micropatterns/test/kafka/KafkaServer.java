package io.micropatterns.test.kafka;

import io.micropatterns.test.ServerKind;
import java.nio.file.Path;
import java.util.Map;

/**
 * An Apache Kafka cluster for tests and examples, ready for transactions.
 *
 * <p>Where it comes from is decided when it starts: the addresses in {@code patterns.test.kafka.bootstrap-servers} when
 * that is set (as a system property, or as the environment variable {@code PATTERNS_TEST_KAFKA_BOOTSTRAP_SERVERS}),
 * else a container when a Docker engine answers, else brokers inside this JVM. The last ones need nothing installed and
 * are the only ones that can be stopped and started again; tests that do so ask for them with
 * {@link Builder#embedded()}. Tests that kill or pause brokers ask for {@link Builder#ownProcess()}: then the same
 * brokers run in a JVM of their own, which takes a few seconds longer to start.
 *
 * <p>No process and no file of a cluster that this class has started outlives this JVM, however it ends.
 *
 * <p>Safe for use by several threads.
 */
public interface KafkaServer extends AutoCloseable {

    /**
     * Starts a cluster with default options. Blocks until it answers.
     *
     * @return the running cluster
     * @throws KafkaServerException when it does not start
     */
    static KafkaServer start() {
        return builder().start();
    }

    /**
     * Returns a builder for a cluster with options.
     *
     * @return a new builder
     */
    static Builder builder() {
        return new DefaultKafkaServerBuilder();
    }

    /**
     * Returns the one cluster that all tests in this JVM share. The first call starts it; it stops with the JVM, and
     * {@link #close()} on it does nothing. Tests must not stop it, and should use topics and groups of their own.
     *
     * @return the running cluster
     * @throws KafkaServerException when it does not start
     */
    static KafkaServer shared() {
        return SharedKafkaServer.instance();
    }

    /**
     * Returns where this cluster comes from.
     *
     * @return the kind
     */
    ServerKind kind();

    /**
     * Returns the brokers' addresses.
     *
     * @return {@code host:port}, separated by commas
     */
    String bootstrapServers();

    /**
     * Creates a topic and waits until it is there.
     *
     * @param name the topic's name
     * @param partitions how many partitions, at least 1
     * @param configs the topic's settings, such as {@code cleanup.policy}
     * @throws KafkaServerException when the cluster refuses, also when the topic exists
     */
    void createTopic(String name, int partitions, Map<String, String> configs);

    /**
     * Creates a topic with default settings and waits until it is there.
     *
     * @param name the topic's name
     * @param partitions how many partitions, at least 1
     * @throws KafkaServerException when the cluster refuses, also when the topic exists
     */
    default void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /**
     * Stops all brokers: their ports refuse connections. Records, offsets and the state of transactions stay on disk.
     * Blocks until the brokers have ended. Does nothing when they do not run.
     *
     * @throws UnsupportedOperationException when the cluster is not {@link ServerKind#EMBEDDED}
     */
    void stop();

    /**
     * Crashes all brokers by {@code SIGKILL}, in the midst of whatever they do. What they have acknowledged is found
     * again after {@link #restart()}: the operating system survives, so this does not lose what has been written but not
     * flushed. Blocks until the process is gone. Does nothing when the brokers do not run.
     *
     * @throws UnsupportedOperationException when the brokers have no {@link Builder#ownProcess()}
     */
    void stopHard();

    /**
     * Freezes all brokers ({@code SIGSTOP}): connections stay open and nothing answers. What clients send meanwhile waits
     * in the connections, and brokers read it after {@link #resume()}. Blocks until every thread of them has stopped.
     *
     * @throws UnsupportedOperationException when the brokers have no {@link Builder#ownProcess()}
     * @throws IllegalStateException when the brokers do not run
     */
    void pause();

    /**
     * Lets the brokers continue after {@link #pause()}. Does nothing when they are not paused.
     *
     * @throws UnsupportedOperationException when the brokers have no {@link Builder#ownProcess()}
     */
    void resume();

    /**
     * Starts the cluster again on the same ports and the same data, after stopping it in order when it still runs, paused
     * or not. Blocks until it answers, the recovery from {@link #stopHard()} included.
     *
     * @throws UnsupportedOperationException when the cluster is not {@link ServerKind#EMBEDDED}
     * @throws KafkaServerException when it does not start
     */
    void restart();

    /**
     * Stops the cluster and removes its data, unless it is external or {@link Builder#dataDirectory(Path)} was given.
     * Closing twice is allowed.
     */
    @Override
    void close();

    /**
     * Options of a cluster to be started. They do not change an external cluster; those that a container cannot honour
     * lead to an exception from {@link #start()}. Not for use by several threads.
     */
    interface Builder {

        /**
         * Starts {@link ServerKind#EMBEDDED} brokers even when an address is configured or a Docker engine answers.
         *
         * @return this builder
         */
        Builder embedded();

        /**
         * Starts {@link #embedded()} brokers in a JVM of their own, one for all of them, with this JVM's class path. They
         * can then also be killed and paused. Needs a system with POSIX signals.
         *
         * @return this builder
         */
        Builder ownProcess();

        /**
         * Chooses the number of brokers. More than one: embedded clusters only. The internal topics are replicated to
         * at most three of them.
         *
         * @param brokers between 1 and 9; 1 by default
         * @return this builder
         * @throws IllegalArgumentException when the number is out of range
         */
        Builder brokers(int brokers);

        /**
         * Sets a broker property, such as {@code message.max.bytes}. Overrides what this builder would set.
         *
         * @param name the property's name
         * @param value its value
         * @return this builder
         */
        Builder brokerProperty(String name, String value);

        /**
         * Decides whether a topic comes into being when somebody first uses it. On by default.
         *
         * @param autoCreateTopics whether to create topics
         * @return this builder
         */
        Builder autoCreateTopics(boolean autoCreateTopics);

        /**
         * Chooses the port of the first broker; others take free ones. Embedded clusters only.
         *
         * @param port a port between 1 and 65535, or 0 for a free one, which is the default
         * @return this builder
         * @throws IllegalArgumentException when the port is out of range
         */
        Builder port(int port);

        /**
         * Tells clients to connect to another port of this machine than the one that the broker listens on, which is
         * where a {@link io.micropatterns.test.network.TcpProxy} stands before it. Embedded clusters of one broker only.
         *
         * @param advertisedPort a port between 1 and 65535, or 0 for the broker's own, which is the default
         * @return this builder
         * @throws IllegalArgumentException when the port is out of range
         */
        Builder advertisedPort(int advertisedPort);

        /**
         * Keeps the data in a directory that stays when the cluster is closed, and is used again by the next one.
         * Embedded clusters only.
         *
         * @param dataDirectory a directory that is empty, missing, or has been used by such a cluster before
         * @return this builder
         */
        Builder dataDirectory(Path dataDirectory);

        /**
         * Starts the cluster. Blocks until it answers.
         *
         * @return the running cluster
         * @throws KafkaServerException when it does not start
         * @throws UnsupportedOperationException when an option does not apply to a container
         */
        KafkaServer start();
    }
}
