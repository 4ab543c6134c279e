package io.micropatterns.test.postgres;

import io.micropatterns.test.ServerKind;
import io.micropatterns.test.network.Ports;
import io.micropatterns.test.process.ExitGuard;
import io.micropatterns.test.process.ProcessSignals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A server whose programs come from the class path and run as processes of this user.
 */
final class EmbeddedPostgresServer extends AbstractPostgresServer {

    private static final Logger logger = LoggerFactory.getLogger(EmbeddedPostgresServer.class);

    private static final Duration END_TIMEOUT = Duration.ofSeconds(20);

    private static final int PORT_ATTEMPTS = 5;

    private static final String PORT_TAKEN = "Address already in use";

    private static final String LOG = "patterns-server.log";

    // Paused processes do not see the signal to quit until they continue.
    private static final String STOP_SCRIPT = """
            pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
            if [ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null; then
              kill -CONT "$pid"
              i=0
              while [ $i -lt 100 ] && [ -e "$1/postmaster.pid" ]; do
                i=$((i + 1)); sleep 0.1
              done
            fi
            """;

    private static final String DELETE_SCRIPT = "rm -rf \"$1\"\n";

    private final PostgresInstallation installation;

    private final PostgresDataDirectory data;

    private final ExitGuard guard;

    private @Nullable ProcessHandle postmaster;

    private boolean paused;

    private boolean closed;

    private EmbeddedPostgresServer(
            PostgresInstallation installation, PostgresDataDirectory data, ExitGuard guard, int port) {
        super("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "");
        this.installation = installation;
        this.data = data;
        this.guard = guard;
    }

    static PostgresServer start(@Nullable Path dataDirectory, int port, Map<String, String> settings) {
        PostgresInstallation installation = PostgresInstallation.locate();
        PostgresDataDirectory data = PostgresDataDirectory.at(dataDirectory);
        ExitGuard guard = ExitGuard.start(
                STOP_SCRIPT + (data.temporary() ? DELETE_SCRIPT : ""),
                data.path().toString());
        int attemptsLeft = port == 0 ? PORT_ATTEMPTS : 1;
        while (true) {
            attemptsLeft--;
            int chosen = port == 0 ? Ports.free() : port;
            EmbeddedPostgresServer server = new EmbeddedPostgresServer(installation, data, guard, chosen);
            try {
                data.initialize(installation);
                data.configure(withAddress(settings, chosen));
                server.launch();
                logger.info("PostgreSQL is ready at {} (data in {})", server.jdbcUrl(), data.path());
                return server;
            } catch (PostgresServerException | IOException ex) {
                // Somebody else may have taken the port that was free a moment ago.
                if (attemptsLeft == 0 || !String.valueOf(ex.getMessage()).contains(PORT_TAKEN)) {
                    server.close();
                    throw new PostgresServerException("PostgreSQL did not start on port " + chosen, ex);
                }
            }
        }
    }

    private static Map<String, String> withAddress(Map<String, String> settings, int port) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("listen_addresses", "127.0.0.1");
        all.put("port", Integer.toString(port));
        all.put("unix_socket_directories", "");
        return all;
    }

    private void launch() {
        try {
            installation.run(
                    "pg_ctl",
                    List.of(
                            "start",
                            "--pgdata=" + data.path(),
                            "--log=" + data.path().resolve(LOG),
                            "--wait",
                            "--timeout=60",
                            "--silent"));
        } catch (PostgresServerException ex) {
            throw new PostgresServerException(ex.getMessage() + "\n" + data.log(LOG), ex);
        }
        postmaster = data.postmaster()
                .orElseThrow(() -> new PostgresServerException("PostgreSQL has ended at once\n" + data.log(LOG), null));
    }

    @Override
    public ServerKind kind() {
        return ServerKind.EMBEDDED;
    }

    @Override
    public synchronized void stopHard() {
        List<ProcessHandle> processes = freeze();
        ProcessSignals.send("KILL", processes);
        awaitEnd(processes);
        paused = false;
        if (!processes.isEmpty()) {
            data.forgetPostmaster();
        }
    }

    @Override
    public synchronized void stop() {
        resume();
        List<ProcessHandle> processes = first();
        // SIGINT asks the server to end all sessions and stop.
        ProcessSignals.send("INT", processes);
        awaitEnd(processes);
    }

    @Override
    public synchronized void restart() {
        if (closed) {
            throw new IllegalStateException("The server at " + jdbcUrl() + " is closed");
        }
        stop();
        launch();
    }

    @Override
    public synchronized void pause() {
        if (first().isEmpty()) {
            throw new IllegalStateException("The server at " + jdbcUrl() + " is not running");
        }
        paused = true;
        freeze();
    }

    @Override
    public synchronized void resume() {
        if (paused) {
            ProcessSignals.send("CONT", processes());
            paused = false;
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            stop();
        } finally {
            guard.close();
            if (data.temporary()) {
                FileSystemUtils.deleteRecursively(data.path().toFile());
            }
        }
    }

    /**
     * Stops the first process before the others are listed, so that it cannot start another meanwhile.
     */
    private List<ProcessHandle> freeze() {
        ProcessSignals.stop(first());
        List<ProcessHandle> all = processes();
        ProcessSignals.stop(all);
        return all;
    }

    private List<ProcessHandle> processes() {
        List<ProcessHandle> all = new ArrayList<>();
        for (ProcessHandle process : first()) {
            all.add(process);
            process.descendants().forEach(all::add);
        }
        return all;
    }

    private List<ProcessHandle> first() {
        return postmaster != null && ProcessSignals.isRunning(postmaster) ? List.of(postmaster) : List.of();
    }

    private void awaitEnd(List<ProcessHandle> processes) {
        if (!ProcessSignals.awaitEnd(processes, END_TIMEOUT)) {
            throw new PostgresServerException(
                    "Processes " + processes + " of the server at " + jdbcUrl() + " have not ended after "
                            + END_TIMEOUT,
                    null);
        }
    }
}
