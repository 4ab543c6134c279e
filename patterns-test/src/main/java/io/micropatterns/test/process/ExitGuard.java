package io.micropatterns.test.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A tiny shell process that cleans up when this JVM ends without having done so, even by {@code SIGKILL}. It waits for
 * the end of its standard input, which the operating system closes together with the JVM.
 *
 * <p>Does nothing on Windows. Safe for use by several threads.
 */
public final class ExitGuard implements AutoCloseable {

    private static final boolean SUPPORTED = !System.getProperty("os.name", "").startsWith("Windows");

    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final List<Process> processes;

    private ExitGuard(List<Process> processes) {
        this.processes = processes;
    }

    /**
     * Starts a guard.
     *
     * @param script what a POSIX shell runs when this JVM has ended
     * @param arguments the script's {@code $1}, {@code $2} and so on
     * @return the guard, to be closed when the clean-up has been done in order
     * @throws UncheckedIOException when no shell can be started
     */
    public static ExitGuard start(String script, String... arguments) {
        if (!SUPPORTED) {
            return new ExitGuard(List.of());
        }
        // A signal from the terminal (Ctrl-C) reaches the whole process group and must not end the guard. SIGKILL
        // cannot be ignored, so the guard leaves the group where it can.
        String guarded = "trap '' INT TERM HUP QUIT; cat >/dev/null; " + script;
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.addAll(List.of("/bin/sh", "-c", guarded, "patterns-test-guard"));
        command.addAll(List.of(arguments));
        try {
            return new ExitGuard(List.of(new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()));
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot start the clean-up guard", ex);
        }
    }

    /**
     * Ends the guard; its script does not run.
     */
    @Override
    public void close() {
        for (Process process : processes) {
            // The shell first: once cat ended by itself, the script would run.
            List<ProcessHandle> children = process.toHandle().children().toList();
            process.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
