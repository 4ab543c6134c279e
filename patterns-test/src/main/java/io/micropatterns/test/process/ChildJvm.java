package io.micropatterns.test.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Another JVM that runs a main class on this JVM's class path, so that a fault test can kill and freeze it.
 *
 * <p>The child is killed when this JVM ends, however it ends. Its standard error goes where its standard output goes:
 * the last {@value #MAX_LINES} lines are kept.
 *
 * <p>Needs a system with POSIX signals. Safe for use by several threads.
 */
public final class ChildJvm implements AutoCloseable {

    /** How many lines of output are kept: {@value}. */
    public static final int MAX_LINES = 10_000;

    private final Process process;

    private final CompletableFuture<Void> guardEnd;

    private final Writer input;

    private final OutputLines lines = new OutputLines(MAX_LINES);

    private ChildJvm(Process process) {
        this.process = process;
        ExitGuard guard = ExitGuard.start("kill -KILL \"$1\"", Long.toString(process.pid()));
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        // The id may belong to another process some time after this one has ended.
        this.guardEnd = process.onExit().thenRun(guard::close);
        Thread reader = new Thread(this::read, "child-jvm-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Returns a builder for a child that runs a class's {@code main} method.
     *
     * @param mainClass the class
     * @return a new builder
     */
    public static Builder builder(Class<?> mainClass) {
        return new Builder(mainClass.getName());
    }

    /**
     * Called in the child: ends it as soon as its standard input is closed, which happens when its parent ends or
     * calls {@link #close()}. What the parent sends is thrown away. Returns at once.
     */
    public static void exitWithParent() {
        exitWithParent(line -> {});
    }

    /**
     * Called in the child: ends it as soon as its standard input is closed, and hands on what the parent sends until
     * then. Returns at once.
     *
     * @param received gets each line, in a thread of its own
     */
    public static void exitWithParent(Consumer<String> received) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader reader =
                            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                            received.accept(line);
                        }
                    } catch (IOException ex) {
                        // As good as the end of the input.
                    } finally {
                        // Not exit(): a parent that is gone has no use for orderly shutdown, which could hang.
                        Runtime.getRuntime().halt(1);
                    }
                },
                "exit-with-parent");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns the child's process id.
     *
     * @return the id
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Ends the child by {@code SIGKILL}, also while it is paused. Blocks until it is gone. Does nothing when it has
     * ended.
     */
    public void kill() {
        // Process.destroyForcibly() would also close the pipes, and with them lose the last output.
        process.toHandle().destroyForcibly();
        awaitExit(Duration.ofSeconds(30));
        guardEnd.join();
    }

    /**
     * Asks the child to end by {@code SIGTERM}, so that its shutdown hooks run. Does not wait; see
     * {@link #awaitExit(Duration)}.
     */
    public void terminate() {
        // Process.destroy() would also close the pipes, which the child may take for its parent's end.
        process.toHandle().destroy();
    }

    /**
     * Freezes the child by {@code SIGSTOP}: it neither works nor notices that time passes, while its connections stay
     * open. Blocks until every thread of it has stopped.
     *
     * @throws IllegalStateException when the child has ended
     */
    public void pause() {
        if (!process.isAlive()) {
            throw new IllegalStateException(this + " has ended");
        }
        ProcessSignals.stop(List.of(process.toHandle()));
    }

    /**
     * Lets the child continue after {@link #pause()}, by {@code SIGCONT}. Does nothing when it is not paused.
     */
    public void resume() {
        ProcessSignals.send("CONT", List.of(process.toHandle()));
    }

    /**
     * Sends a line to the child's standard input.
     *
     * @param line the line, without its end
     * @throws UncheckedIOException when the child has ended
     */
    public void send(String line) {
        try {
            synchronized (input) {
                input.write(line + "\n");
                input.flush();
            }
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot send to " + this, ex);
        }
    }

    /**
     * Waits for a line of output. Each call looks at the lines that follow the one which the last call has returned,
     * those printed before the call included.
     *
     * @param condition what the line must satisfy
     * @param timeout the longest time to wait
     * @return the line
     * @throws IllegalStateException when the time is over or the child ends without such a line; the message has its
     * last output
     */
    public String awaitLine(Predicate<String> condition, Duration timeout) {
        return lines.await(condition, timeout, this::toString);
    }

    /**
     * Returns what the child has printed so far.
     *
     * @return the lines, at most the last {@value #MAX_LINES}
     */
    public List<String> output() {
        return lines.all();
    }

    /**
     * Tells whether the child runs. A paused child does.
     *
     * @return whether it runs
     */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits for the child's end.
     *
     * @param timeout the longest time to wait
     * @return the exit code
     * @throws IllegalStateException when the time is over
     */
    public int awaitExit(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(this + " has not ended within " + timeout);
            }
            return process.exitValue();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the end of " + this, ex);
        }
    }

    /**
     * Returns the exit code of a child that has ended: 137 after {@code SIGKILL}, 143 after {@code SIGTERM}.
     *
     * @return the exit code
     * @throws IllegalStateException when the child still runs
     */
    public int exitCode() {
        if (process.isAlive()) {
            throw new IllegalStateException(this + " still runs");
        }
        return process.exitValue();
    }

    /**
     * Kills the child.
     */
    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return "ChildJvm[" + process.pid() + "]";
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException ex) {
            // The pipe breaks when the child is killed.
        } finally {
            lines.end();
        }
    }

    /**
     * Options of a child. Not for use by several threads.
     */
    public static final class Builder {

        private final String mainClass;

        private final List<String> jvmOptions = new ArrayList<>();

        private final List<String> arguments = new ArrayList<>();

        private Builder(String mainClass) {
            this.mainClass = mainClass;
        }

        /**
         * Adds arguments for the {@code main} method.
         *
         * @param arguments the arguments
         * @return this builder
         */
        public Builder arguments(String... arguments) {
            this.arguments.addAll(List.of(arguments));
            return this;
        }

        /**
         * Sets a system property of the child.
         *
         * @param name the property's name
         * @param value its value
         * @return this builder
         */
        public Builder systemProperty(String name, String value) {
            return jvmOptions("-D" + name + "=" + value);
        }

        /**
         * Adds options for the JVM, such as {@code -Xmx256m}.
         *
         * @param options the options
         * @return this builder
         */
        public Builder jvmOptions(String... options) {
            this.jvmOptions.addAll(List.of(options));
            return this;
        }

        /**
         * Starts the child. Does not wait for anything it does.
         *
         * @return the child
         * @throws UncheckedIOException when the process cannot be started
         */
        public ChildJvm start() {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmOptions);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
            command.addAll(arguments);
            try {
                return new ChildJvm(
                        new ProcessBuilder(command).redirectErrorStream(true).start());
            } catch (IOException ex) {
                throw new UncheckedIOException("Cannot start a JVM for " + mainClass, ex);
            }
        }
    }
}
