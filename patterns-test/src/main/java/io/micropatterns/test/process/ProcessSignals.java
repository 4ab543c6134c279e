package io.micropatterns.test.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Sends signals to processes by their id and waits for their end. Needs a system with the {@code kill} command.
 *
 * <p>Safe for use by several threads.
 */
public final class ProcessSignals {

    private static final Duration POLL = Duration.ofMillis(2);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private static final char ZOMBIE = 'Z';

    private static final char STOPPED = 'T';

    private static final char UNKNOWN = '?';

    private ProcessSignals() {}

    /**
     * Sends a signal. Processes that have ended are passed over.
     *
     * @param signal the signal's name without {@code SIG}, such as {@code STOP}
     * @param processes the processes
     * @throws UncheckedIOException when the {@code kill} command cannot be run
     */
    public static void send(String signal, Collection<ProcessHandle> processes) {
        // An id may already belong to somebody else; a handle knows whether its own process still runs.
        List<String> ids = processes.stream()
                .filter(ProcessSignals::isRunning)
                .map(process -> Long.toString(process.pid()))
                .toList();
        if (ids.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        command.addAll(ids);
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot send SIG" + signal + " to " + processes, ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending SIG" + signal + " to " + processes, ex);
        }
    }

    /**
     * Freezes processes by {@code SIGSTOP}. Blocks until every thread of them has stopped, which takes a moment after
     * the signal has been sent; where the system does not tell, only the signal is sent.
     *
     * @param processes the processes; those that have ended are passed over
     * @throws IllegalStateException when a process has not stopped within 30 seconds
     */
    public static void stop(Collection<ProcessHandle> processes) {
        send("STOP", processes);
        if (!await(() -> processes.stream().allMatch(ProcessSignals::isStopped), STOP_TIMEOUT)) {
            throw new IllegalStateException("Not all of " + processes + " have stopped within " + STOP_TIMEOUT);
        }
    }

    /**
     * Tells whether a process still runs. Unlike {@link ProcessHandle#isAlive()}, a process that has ended but that
     * its parent has not collected yet (a zombie, usual in containers without an init process) counts as ended.
     *
     * @param process the process
     * @return whether it runs, also while it is paused
     */
    public static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && state(processDirectory(process)) != ZOMBIE;
    }

    /**
     * Waits until no process runs any more. Blocks for at most the given time.
     *
     * @param processes the processes
     * @param timeout the longest time to wait
     * @return whether all have ended
     */
    public static boolean awaitEnd(Collection<ProcessHandle> processes, Duration timeout) {
        return await(() -> processes.stream().noneMatch(ProcessSignals::isRunning), timeout);
    }

    private static boolean await(BooleanSupplier condition, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return true;
    }

    private static boolean isStopped(ProcessHandle process) {
        try (Stream<Path> threads = Files.list(processDirectory(process).resolve("task"))) {
            return threads.map(ProcessSignals::state)
                    .allMatch(state -> state == STOPPED || state == ZOMBIE || state == UNKNOWN);
        } catch (IOException | UncheckedIOException ex) {
            // Either it has ended, or this system has no such directory.
            return true;
        }
    }

    private static Path processDirectory(ProcessHandle process) {
        return Path.of("/proc", Long.toString(process.pid()));
    }

    private static char state(Path directory) {
        try {
            String stat = Files.readString(directory.resolve("stat"));
            // The state follows the command's name, which is in parentheses and may itself contain any character.
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException ex) {
            return UNKNOWN;
        }
    }
}
