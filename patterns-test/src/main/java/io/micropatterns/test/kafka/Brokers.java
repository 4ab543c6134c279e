package io.micropatterns.test.kafka;

/**
 * The brokers of an embedded cluster, wherever they run. Used by one thread at a time.
 */
interface Brokers {

    /**
     * Starts all brokers. Blocks until each is part of the cluster.
     *
     * @throws RuntimeException when one does not start; a {@link java.net.BindException} is among the causes when a port
     * is taken
     */
    void start();

    /**
     * Stops all brokers in order, also paused ones. Does nothing when they do not run.
     */
    void stop();

    /**
     * Ends all brokers by {@code SIGKILL}. Does nothing when they do not run.
     *
     * @throws UnsupportedOperationException when they run inside this JVM
     */
    void stopHard();

    /**
     * Freezes all brokers by {@code SIGSTOP}.
     *
     * @throws UnsupportedOperationException when they run inside this JVM
     * @throws IllegalStateException when they do not run
     */
    void pause();

    /**
     * Lets paused brokers continue. Does nothing when they are not paused.
     *
     * @throws UnsupportedOperationException when they run inside this JVM
     */
    void resume();
}
