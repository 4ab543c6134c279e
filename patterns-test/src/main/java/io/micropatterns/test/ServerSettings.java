package io.micropatterns.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;

/**
 * Reads the test kit's settings: the system property {@code patterns.test.<name>}, or else the environment variable
 * of the same name in upper case with underscores ({@code PATTERNS_TEST_<NAME>}).
 *
 * <p>Safe for use by several threads.
 */
public final class ServerSettings {

    private static final Logger logger = LoggerFactory.getLogger(ServerSettings.class);

    private static final String PREFIX = "patterns.test.";

    private ServerSettings() {}

    /**
     * Returns a setting's value.
     *
     * @param name the name below {@code patterns.test.}, such as {@code postgres.url}
     * @return the value, or {@code null} when it is not set or blank
     */
    public static @Nullable String get(String name) {
        String property = PREFIX + name;
        String value = System.getProperty(property);
        if (value == null || value.isBlank()) {
            value = System.getenv(
                    property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
        }
        return value == null || value.isBlank() ? null : value.trim();
    }

    /**
     * Returns a setting's value or a default.
     *
     * @param name the name below {@code patterns.test.}
     * @param defaultValue what to return when it is not set
     * @return the value
     */
    public static String get(String name, String defaultValue) {
        String value = get(name);
        return value != null ? value : defaultValue;
    }

    /**
     * Decides where a server that no external address is configured for comes from: {@code patterns.test.<server>.kind}
     * ({@code container} or {@code embedded}) when set, else a container when a Docker engine answers, else embedded.
     * Blocks for the time the Docker engine needs to answer.
     *
     * @param server {@code postgres} or {@code kafka}
     * @return what to try, in this order: an engine that answers may still be unable to get the image
     * @throws IllegalArgumentException when the configured kind is none
     */
    public static List<ServerKind> startedKinds(String server) {
        String kind = get(server + ".kind", "auto");
        return switch (kind.toLowerCase(Locale.ROOT)) {
            case "auto" ->
                dockerAnswers() ? List.of(ServerKind.CONTAINER, ServerKind.EMBEDDED) : List.of(ServerKind.EMBEDDED);
            case "container" -> List.of(ServerKind.CONTAINER);
            case "embedded" -> List.of(ServerKind.EMBEDDED);
            default ->
                throw new IllegalArgumentException(
                        PREFIX + server + ".kind must be auto, container or embedded, but is '" + kind + "'");
        };
    }

    /**
     * Tells whether a Docker engine can be used through Testcontainers.
     *
     * @return {@code false} also when Testcontainers is not on the class path
     */
    public static boolean dockerAnswers() {
        // Testcontainers reports every strategy it has tried as an error, so ask it only where there is hope.
        if (!mayHaveDocker()) {
            return false;
        }
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (RuntimeException | LinkageError ex) {
            logger.debug("No Docker engine is usable", ex);
            return false;
        }
    }

    private static boolean mayHaveDocker() {
        String home = System.getProperty("user.home", "");
        return System.getenv("DOCKER_HOST") != null
                || Files.exists(Path.of("/var/run/docker.sock"))
                || Files.exists(Path.of(home, ".docker", "run", "docker.sock"))
                || System.getProperty("os.name", "").startsWith("Windows");
    }
}
