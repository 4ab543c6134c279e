package io.micropatterns.test.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends signals to processes by their id and waits for their end. Needs a system with the {@code kill} command.
 *
 * <p>Safe for use by several threads.
 */
public final class ProcessSignals {

    private static final Duration POLL = Duration.ofMillis(5);

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
     * Tells whether a process still runs. Unlike {@link ProcessHandle#isAlive()}, a process that has ended but that
     * its parent has not collected yet (a zombie, usual in containers without an init process) counts as ended.
     *
     * @param process the process
     * @return whether it runs, also while it is paused
     */
    public static boolean isRunning(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        try {
            String text = Files.readString(stat);
            // The state follows the command's name, which is in parentheses and may itself contain any character.
            return text.charAt(text.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException ex) {
            return !Files.exists(Path.of("/proc/self/stat")) && process.isAlive();
        }
    }

    /**
     * Waits until no process runs any more. Blocks for at most the given time.
     *
     * @param processes the processes
     * @param timeout the longest time to wait
     * @return whether all have ended
     */
    public static boolean awaitEnd(Collection<ProcessHandle> processes, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (processes.stream().anyMatch(ProcessSignals::isRunning)) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL.toMillis()));
        }
        return true;
    }
}
