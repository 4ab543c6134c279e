package io.micropatterns.benchmarks;

import io.micropatterns.benchmarks.kit.SubjectMain;
import io.micropatterns.benchmarks.kit.Turns;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A subject in its own JVM with its own class path, database and topic, running the benchmark's scenario once. */
final class Child implements AutoCloseable {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Arguments arguments;
    private final Servers servers;
    private final Contestant contestant;
    private final Servers.Place place;
    private final Process process;
    private final BufferedReader output;
    private final Thread killer;

    private Child(Arguments arguments, Servers servers, Contestant contestant) throws Exception {
        this.arguments = arguments;
        this.servers = servers;
        this.contestant = contestant;
        this.place = servers.newPlace();
        this.process = new ProcessBuilder(command())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.output = process.inputReader();
        this.killer = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
    }

    static Child start(Arguments arguments, Servers servers, Contestant contestant) throws Exception {
        return new Child(arguments, servers, contestant);
    }

    Contestant contestant() {
        return contestant;
    }

    /** Waits until it can take a turn. */
    void awaitReady() throws Exception {
        await(Turns.READY);
    }

    /** Lets it work for so long, and waits until it has. */
    void turn(Duration length) throws Exception {
        say(Long.toString(length.toMillis()));
        awaitReady();
    }

    /** Ends its turns. */
    void endTurns() throws Exception {
        say(Turns.END);
    }

    /**
     * Waits for what it reports at its end.
     *
     * @throws IllegalStateException when it failed, lost an event included
     */
    Map<String, Object> result() throws Exception {
        String result = await(SubjectMain.RESULT);
        if (process.waitFor() != 0) {
            throw failed();
        }
        return MAPPER.readValue(result, new TypeReference<Map<String, Object>>() {});
    }

    private void say(String line) throws Exception {
        try {
            Writer input = process.outputWriter();
            input.write(line + "\n");
            input.flush();
        } catch (IOException ex) {
            throw failed();
        }
    }

    /** The rest of the first line that begins so; other lines are passed on. */
    private String await(String beginning) throws Exception {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
            System.err.println(line);
        }
        throw failed();
    }

    private IllegalStateException failed() throws InterruptedException {
        process.waitFor();
        return new IllegalStateException(
                contestant.label() + " failed in " + arguments.bench().label() + ", exit code " + process.exitValue());
    }

    @Override
    public void close() throws Exception {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        Runtime.getRuntime().removeShutdownHook(killer);
        servers.drop(place);
    }

    private List<String> command() throws IOException {
        Path folder = Path.of(System.getProperty("benchmarks.folder", "benchmarks"));
        Path target = folder.resolve(contestant.folder()).resolve("target");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.add("-Xms1g");
        contestant.properties().forEach((name, value) -> command.add("-D" + name + "=" + value));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("peer.") || name.startsWith("limit.") || name.startsWith("patterns."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.add("-cp");
        command.add(String.join(
                File.pathSeparator,
                target.resolve("classes").toString(),
                folder.resolve("src/kit/resources").toString(),
                Files.readString(target.resolve(contestant.classPath()))));
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
