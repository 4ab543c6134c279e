package io.micropatterns.outbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micropatterns.test.process.ChildJvm;
import java.time.Duration;
import java.util.List;

/** An instance of the application in a JVM of its own. */
final class Instance implements AutoCloseable {

    private final ChildJvm jvm;
    private final int writers;

    private Instance(ChildJvm jvm, int writers) {
        this.jvm = jvm;
        this.writers = writers;
    }

    /** Starts an instance, and does not wait until it is {@linkplain #isReady() ready}. */
    static Instance start(List<String> arguments, int writers, long seed) {
        ChildJvm.Builder builder = ChildJvm.builder(FaultApplication.class)
                .jvmOptions("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
                .systemProperty("fault.writers", Integer.toString(writers))
                .systemProperty("fault.seed", Long.toString(seed))
                .arguments(arguments.toArray(String[]::new));
        return new Instance(builder.start(), writers);
    }

    long pid() {
        return jvm.pid();
    }

    int writers() {
        return writers;
    }

    boolean isReady() {
        return jvm.output().contains(FaultApplication.READY);
    }

    Instance awaitReady() {
        await("start").atMost(Ledger.LONG).until(() -> isReady() || !jvm.isAlive());
        assertThat(jvm.isAlive()).as("is running: %s", jvm.output()).isTrue();
        return this;
    }

    void stopWriting() {
        jvm.send(FaultApplication.STOP_WRITING);
        jvm.awaitLine(FaultApplication.STOPPED::equals, Ledger.LONG);
    }

    void kill() {
        jvm.kill();
    }

    void pause() {
        jvm.pause();
    }

    void resume() {
        jvm.resume();
    }

    /** Ends it in order. */
    void stop() {
        jvm.terminate();
        jvm.awaitExit(Duration.ofSeconds(60));
    }

    @Override
    public void close() {
        jvm.close();
    }
}
