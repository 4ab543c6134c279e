package io.micropatterns.benchmarks;

import io.micropatterns.benchmarks.kit.SubjectMain;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Runs a subject in its own JVM with its own class path. */
final class Child {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Arguments arguments;
    private final Servers servers;

    Child(Arguments arguments, Servers servers) {
        this.arguments = arguments;
        this.servers = servers;
    }

    /**
     * Runs the benchmark's scenario once, and returns what the subject reported.
     *
     * @throws IllegalStateException when the subject failed, lost an event included
     */
    Map<String, Object> run(Contestant contestant) throws Exception {
        Servers.Place place = servers.newPlace();
        Process process = new ProcessBuilder(command(contestant, place))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread killer = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
        try {
            String result = result(process);
            int exit = process.waitFor();
            if (exit != 0 || result == null) {
                throw new IllegalStateException(
                        contestant.label() + " failed in " + arguments.bench().label() + ", exit code " + exit);
            }
            return MAPPER.readValue(result, new TypeReference<Map<String, Object>>() {});
        } finally {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            Runtime.getRuntime().removeShutdownHook(killer);
            servers.drop(place);
        }
    }

    private static @Nullable String result(Process process) throws IOException {
        String result = null;
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(SubjectMain.RESULT)) {
                    result = line.substring(SubjectMain.RESULT.length());
                } else {
                    System.err.println(line);
                }
            }
        }
        return result;
    }

    private List<String> command(Contestant contestant, Servers.Place place) throws IOException {
        Path folder = Path.of(System.getProperty("benchmarks.folder", "benchmarks"));
        Path target = folder.resolve(contestant.folder()).resolve("target");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.add("-Xms1g");
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("peer.") || name.startsWith("limit.") || name.startsWith("patterns."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.add("-cp");
        command.add(String.join(
                File.pathSeparator,
                target.resolve("classes").toString(),
                folder.resolve("src/kit/resources").toString(),
                Files.readString(target.resolve("classpath.txt"))));
        command.add(SubjectMain.class.getName());
        command.add(contestant.subjectClass());
        command.add(arguments.bench().scenario());
        command.add("url=" + place.url());
        command.add("user=" + place.user());
        command.add("password=" + place.password());
        command.add("bootstrap=" + place.bootstrap());
        command.add("topic=" + place.topic());
        arguments.scenario().forEach((name, value) -> command.add(name + "=" + value));
        return command;
    }
}
