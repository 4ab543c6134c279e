package io.micropatterns.test.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory with a server's data and configuration.
 *
 * @param path where it is
 * @param temporary whether it goes when the server is closed
 */
record PostgresDataDirectory(Path path, boolean temporary) {

    private static final String CONFIGURATION = "patterns.conf";

    private static final int SHARED_MEMORY_LINE = 7;

    static PostgresDataDirectory at(@Nullable Path kept) {
        try {
            return kept != null
                    ? new PostgresDataDirectory(Files.createDirectories(kept), false)
                    : new PostgresDataDirectory(Files.createTempDirectory("patterns-postgres-"), true);
        } catch (IOException ex) {
            throw new PostgresServerException("Cannot create the data directory " + kept, ex);
        }
    }

    /**
     * Fills the directory, unless an earlier server has done so.
     */
    void initialize(PostgresInstallation installation) throws IOException {
        if (Files.exists(path.resolve("PG_VERSION"))) {
            return;
        }
        installation.handOver(path);
        installation.run(
                "initdb",
                List.of(
                        "--pgdata=" + path,
                        "--username=postgres",
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync"));
        Files.writeString(
                path.resolve("postgresql.conf"), "\ninclude '" + CONFIGURATION + "'\n", StandardOpenOption.APPEND);
    }

    void configure(Map<String, String> settings) throws IOException {
        String text = settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = '" + setting.getValue().replace("'", "''") + "'\n")
                .collect(Collectors.joining());
        Files.writeString(path.resolve(CONFIGURATION), text);
    }

    /**
     * Returns the server's first process, the parent of all others, when it runs.
     */
    Optional<ProcessHandle> postmaster() {
        try (Stream<String> lines = Files.lines(path.resolve("postmaster.pid"))) {
            return lines.findFirst().map(String::trim).map(Long::valueOf).flatMap(ProcessHandle::of);
        } catch (IOException ex) {
            return Optional.empty();
        }
    }

    /**
     * Removes what a killed server leaves behind: its shared memory, and the file with its process id. That id may
     * still be listed, as a zombie that nobody has collected, and the next server would take it for a running one.
     */
    void forgetPostmaster() {
        Path file = path.resolve("postmaster.pid");
        try {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (lines.size() >= SHARED_MEMORY_LINE) {
                String keyAndId = lines.get(SHARED_MEMORY_LINE - 1).trim();
                removeSharedMemory(keyAndId.substring(keyAndId.lastIndexOf(' ') + 1));
            }
            Files.deleteIfExists(file);
        } catch (IOException ex) {
            throw new PostgresServerException("Cannot remove " + file, ex);
        }
    }

    private static void removeSharedMemory(String id) throws IOException {
        try {
            new ProcessBuilder("ipcrm", "-m", id)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    String log(String name) {
        try {
            return Files.readString(path.resolve(name));
        } catch (IOException ex) {
            return "(no log: " + ex.getMessage() + ")";
        }
    }
}
